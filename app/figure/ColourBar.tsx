import { gradientOf } from './colourMaps'
import type { MapFigure } from './mapFigure'
import { ticksOf } from './ranges'
import { coloursFor, useViewStore } from './viewStore'

/** The colours with their real numbers, as high as the room it is put in. */
export function ColourBar({
  figure,
  ticks: count = 3,
}: {
  readonly figure: MapFigure
  readonly ticks?: number
}) {
  const view = useViewStore()
  const ticks = ticksOf(figure.range, count)
  const first = ticks[0]
  const last = ticks.at(-1)
  return (
    <div
      className="colour-bar"
      role="img"
      aria-label={`Colour bar, ${figure.quantity} from ${first?.text} to ${last?.text}, ${figure.range.words}`}
    >
      <span
        className="colour-bar-ramp"
        style={{ background: gradientOf(coloursFor(view, figure.range, figure.colours)) }}
      />
      {ticks.map(({ share, text }) => (
        <span
          key={share}
          className="colour-bar-tick"
          data-end={share === 0 ? 'bottom' : share === 1 ? 'top' : undefined}
          style={{ bottom: `${100 * share}%` }}
        >
          {text}
        </span>
      ))}
    </div>
  )
}
