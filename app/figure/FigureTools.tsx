import { Download, Palette, Table2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Dialog } from '../ui/Dialog'
import { IconButton } from '../ui/IconButton'
import { Menu, type MenuItem } from '../ui/Menu'
import { Popover } from '../ui/Popover'
import type { SequentialMap } from './colourMaps'
import { copyCaption, type Figures, saveCsv, saveNpy, savePng, saveSvg } from './exports'
import { FigureTable } from './FigureTable'
import { ViewSettingsForm } from './ViewSettingsForm'

interface FigureToolsProps {
  /** The figure in view, or several that belong together: a comparison. */
  readonly figures: Figures
  /** More that belongs to the view, made when it is asked for: all heads of a layer. */
  readonly all?: { readonly label: string; readonly figures: () => Figures }
  /** The colours where the person has chosen none. */
  readonly usual?: SequentialMap
  /** What only this view lets choose about drawing, above what all views share. */
  readonly children?: ReactNode
}

const icon = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const

/** How the figure is drawn, its numbers as a table, and its files. */
export function FigureTools({ figures, all, usual = 'viridis', children }: FigureToolsProps) {
  const [hasTable, setTable] = useState(false)
  return (
    <div className="figure-tools">
      <Popover
        label="View"
        align="end"
        trigger={
          <IconButton label="View">
            <Palette {...icon} />
          </IconButton>
        }
      >
        <ViewSettingsForm usual={usual}>{children}</ViewSettingsForm>
      </Popover>
      <IconButton label="Numbers as a table" onClick={() => setTable(true)}>
        <Table2 {...icon} />
      </IconButton>
      <Menu
        align="end"
        items={[
          { label: 'PNG', hint: 'picture at 2×', onSelect: () => void savePng(figures) },
          { label: 'SVG', hint: 'vectors and text', onSelect: () => saveSvg(figures) },
          'line',
          { label: 'CSV', hint: 'numbers with caption', onSelect: () => saveCsv(figures) },
          { label: 'NPY', hint: 'float32 for NumPy', onSelect: () => saveNpy(figures) },
          'line',
          { label: 'Copy caption', onSelect: () => void copyCaption(figures) },
          ...(all ? allItems(all) : []),
        ]}
      >
        <IconButton label="Save figure">
          <Download {...icon} />
        </IconButton>
      </Menu>
      <Dialog isOpen={hasTable} onClose={() => setTable(false)} title="Numbers of the figure" width={460}>
        <div className="figure-tables">
          {figures.map((figure) => (
            <FigureTable key={figure.title} figure={figure} />
          ))}
        </div>
      </Dialog>
    </div>
  )
}

const allItems = ({
  label,
  figures,
}: NonNullable<FigureToolsProps['all']>): readonly (MenuItem | 'line')[] => [
  'line',
  { label: `${label}, PNG`, onSelect: () => void savePng(figures()) },
  { label: `${label}, SVG`, onSelect: () => saveSvg(figures()) },
  { label: `${label}, CSV`, onSelect: () => saveCsv(figures()) },
  { label: `${label}, NPY`, hint: 'one array', onSelect: () => saveNpy(figures()) },
]
