import type { ReactNode } from 'react'
import { ColourBar } from '../../figure/ColourBar'
import { FigureTools } from '../../figure/FigureTools'
import { MapPicture } from '../../figure/MapPicture'
import { afterPin, afterRelease, type Pins, type Place } from '../../figure/places'
import { type AttentionMode, useAttentionStore } from '../../state/attentionStore'
import { useSessionStore } from '../../state/sessionStore'
import { Segmented } from '../../ui/Segmented'
import { Select } from '../../ui/Select'
import { PictureTray } from '../pictures/PictureTray'
import { askedAt, placeOf } from './asked'
import { KeptChoice } from './KeptChoice'
import type { MixerRow } from './mixerRows'
import { Side } from './Side'
import type { Shown } from './shown'

interface FrameProps {
  readonly rows: readonly MixerRow[]
  readonly row: MixerRow
  readonly shown: Shown
  /** The picture's name for screen readers. */
  readonly name: string
  readonly mode: AttentionMode
  readonly modes: readonly AttentionMode[]
  /** Beside the block: its head, or the part around it. */
  readonly what: ReactNode
  /** Below the numbers: what else this view lets choose. */
  readonly children: ReactNode
  /** In the View settings: what this view adds to them. */
  readonly settings?: ReactNode
  /** Quiet lines at the end. */
  readonly notes: readonly string[]
}

const modeLabels = { attention: 'Attention', mixing: 'Mixing', rollout: 'Rollout' } as const

/** Picture, numbers and choices, and beside them every mixer of the design. */
export function Frame({ rows, row, shown, name, mode, modes, what, children, settings, notes }: FrameProps) {
  const { figures, grid, sentence, facts } = shown
  const [figure] = figures
  const { lookAt } = useAttentionStore.getState()
  const isMaximised = useSessionStore((state) => state.isDockMaximised)
  const pins = usePins(grid)
  const hasCells = grid.height * grid.width > 0
  return (
    <div className="attention" data-large={isMaximised || undefined}>
      <div className="attention-map">
        <MapPicture
          figure={figure}
          grid={hasCells ? grid : null}
          name={name}
          description={`${sentence} ${facts.map(({ label, value }) => `${label} ${value}`).join(', ')}.`}
          {...pins}
        />
        {figure.cells ? (
          <ColourBar figure={figure} ticks={isMaximised ? 5 : 3} />
        ) : (
          <span className="colour-bar" />
        )}
      </div>
      <PictureTray />
      <div className="attention-controls">
        <header className="attention-bar">
          {modes.length > 1 && (
            <Segmented
              label="What is shown"
              value={mode}
              options={modes.map((value) => ({ value, label: modeLabels[value] }))}
              onChange={(value) => lookAt({ mode: value })}
            />
          )}
          <FigureTools
            figures={figures}
            {...(shown.allHeads ? { all: { label: 'All heads', figures: shown.allHeads } } : {})}
          >
            {settings}
          </FigureTools>
        </header>
        <h2 className="spoken">{figure.title}</h2>
        <div className="attention-choices">
          <Select
            label="Block"
            value={row.key}
            options={rows.map(({ key, name: short, title, map }) => ({
              value: key,
              label: map ? `Layer ${short}` : `Layer ${short}, ${title}`,
            }))}
            onChange={(key) => lookAt({ row: key, part: null })}
          />
          {what}
        </div>
        <p className="small muted" data-figure="sentence">
          {sentence}
        </p>
        <dl className="attention-figures small">
          {facts.map(({ label, value }) => (
            <div key={label}>
              <dt className="muted">{label}</dt>
              <dd data-figure={label}>{value}</dd>
            </div>
          ))}
        </dl>
        <KeptChoice row={row} />
        {children}
        {[...shown.notes, ...notes].map((note) => (
          <p key={note} className="label faint">
            {note}
          </p>
        ))}
      </div>
      <Side rows={rows} row={row} />
    </div>
  )
}

/** Pointing at the picture, in cells of the grid that is asked about. */
function usePins(grid: Shown['grid']) {
  const first = useAttentionStore((state) => state.first)
  const second = useAttentionStore((state) => state.second)
  const { lookAt } = useAttentionStore.getState()
  const held: Pins = { first: first && placeOf(first, grid), second: second && placeOf(second, grid) }
  const take = (pins: Pins) =>
    lookAt({
      first: pins.first && askedAt(grid, pins.first),
      second: pins.second && askedAt(grid, pins.second),
    })
  return {
    held: held.first,
    onHover: (place: Place | null) => {
      // What the pointer left stays, so that numbers can be read.
      if (place && first === null) lookAt({ hovered: askedAt(grid, place) })
    },
    onPin: (place: Place, isSecond: boolean) => {
      // A class token is held in another way: beside it any patch is the second.
      if (isSecond && first && !held.first) lookAt({ second: askedAt(grid, place), compared: 'difference' })
      else take(afterPin(held, place, isSecond))
      if (first === null || !isSecond) lookAt({ hovered: askedAt(grid, place) })
    },
    onRelease: () => {
      if (second) lookAt({ second: null })
      else take(afterRelease(held))
    },
  }
}
