import { formatValue } from '../../figure/ranges'
import { formatPercent } from '../../ui/formatNumber'
import type { ColourRange } from './featureFigures'

const colours = [
  { name: 'Red', end: 'rgb(255 0 0)' },
  { name: 'Green', end: 'rgb(0 255 0)' },
  { name: 'Blue', end: 'rgb(0 0 255)' },
] as const

/** What red, green and blue stand for: a component each, between its real numbers, with its share of the variance. */
export function ComponentBars({ ranges }: { readonly ranges: readonly ColourRange[] }) {
  return (
    <div className="component-bars">
      {ranges.map(({ low, high, explained }, index) => {
        const colour = colours[index]
        if (!colour) return null
        return (
          <div
            key={colour.name}
            role="img"
            aria-label={`${colour.name}: component ${index + 1} from ${formatValue(low)} to ${formatValue(high)}, ${formatPercent(explained)} of the variance`}
          >
            <span>{formatValue(high)}</span>
            <span
              className="component-ramp"
              style={{ background: `linear-gradient(to top, #000, ${colour.end})` }}
            />
            <span>{formatValue(low)}</span>
            <span className="muted">{formatPercent(explained)}</span>
          </div>
        )
      })}
    </div>
  )
}
