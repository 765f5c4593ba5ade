import { Search } from 'lucide-react'
import { placeAfterSelection } from '../../commands/place'
import { useModules } from '../../state/modules'
import { useSessionStore } from '../../state/sessionStore'
import { Key } from '../../ui/Keys'
import { paletteSections } from './sections'
import './PaletteSearch.css'

/** Finds modules by name, kind, paper, author or idea; Enter takes the first. */
export function PaletteSearch() {
  const search = useSessionStore((state) => state.paletteSearch)
  const modules = useModules()
  const { searchPalette, setLeftTab } = useSessionStore.getState()
  return (
    <label className="palette-search">
      <Search size={15} strokeWidth={1.6} aria-hidden="true" />
      <input
        data-palette-search
        data-region-start
        aria-label="Search modules"
        placeholder="Search modules"
        value={search}
        onFocus={() => setLeftTab('palette')}
        onChange={(event) => searchPalette(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            searchPalette('')
            event.currentTarget.blur()
          } else if (event.key === 'ArrowDown') {
            event.preventDefault()
            document.querySelector<HTMLElement>('[data-palette-item]')?.focus()
          } else if (event.key === 'Enter' && search !== '' && modules) {
            const [section] = paletteSections(modules, search)
            const [module] = section?.modules ?? []
            const [template] = section?.templates ?? []
            if (module) placeAfterSelection({ kind: 'module', module: module.id })
            else if (template) placeAfterSelection({ kind: 'template', template: template.id })
          }
        }}
      />
      <Key>/</Key>
    </label>
  )
}
