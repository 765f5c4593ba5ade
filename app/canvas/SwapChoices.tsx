import { Ellipsis } from 'lucide-react'
import { run } from '../commands/index'
import { ModuleGlyph } from '../glyphs/ModuleGlyph'
import { Key } from '../ui/Keys'
import { Tooltip } from '../ui/Tooltip'
import './SwapChoices.css'
import type { Swap } from './useSwap'

/** Patterns of mixers side by side, and the way to all of them. */
export function SwapChoices({ swap }: { readonly swap: Swap }) {
  return (
    <div
      className="swap"
      role="toolbar"
      aria-label="Swap the token mixer"
      onPointerLeave={() => swap.preview(null)}
    >
      {swap.choices.map(({ id, title }) => (
        <Tooltip key={id} text={title} side="top">
          <button
            type="button"
            className="swap-choice"
            aria-label={id === swap.current ? `${title}, in use` : `Swap to ${title}`}
            aria-pressed={id === swap.current}
            onPointerEnter={() => swap.preview(id)}
            onFocus={() => swap.preview(id)}
            onBlur={() => swap.preview(null)}
            onClick={() => swap.choose(id)}
          >
            <ModuleGlyph module={id} size="list" />
          </button>
        </Tooltip>
      ))}
      <Tooltip text="All token mixers" shortcut="r" side="top">
        <button
          type="button"
          className="swap-choice swap-more"
          aria-label="More token mixers"
          onClick={() => run('replaceType')}
        >
          <Ellipsis size={14} strokeWidth={1.6} aria-hidden="true" />
          <Key>R</Key>
        </button>
      </Tooltip>
    </div>
  )
}
