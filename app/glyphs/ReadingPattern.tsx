import type { ReadingPattern as Pattern } from '../../engine/index'
import './ReadingPattern.css'

/** Cell and gap in pixels: `detail` 47 px, `node` 39, `swap` 27.5, `list` 20, `dot` 16. */
const sizes = {
  detail: [5, 1],
  node: [4, 1],
  swap: [3, 0.5],
  list: [2, 0.5],
  dot: [2, 0],
} as const

const cells = 8
const query = 4

interface ReadingPatternProps {
  readonly pattern: Pattern
  readonly size?: keyof typeof sizes
}

/** Who reads whom, on an 8 x 8 map: the query in ink, what it reads in the mixer's colour, by weight. */
export function ReadingPattern({ pattern, size = 'node' }: ReadingPatternProps) {
  const [cell, gap] = sizes[size]
  const pitch = cell + gap
  const side = cells * pitch - gap
  return (
    <svg
      className="reading-pattern"
      width={side}
      height={side}
      viewBox={`0 0 ${side} ${side}`}
      aria-hidden="true"
    >
      {Array.from({ length: cells * cells }, (_, index) => {
        const row = Math.floor(index / cells)
        const column = index % cells
        const isQuery = row === query && column === query
        const weight = Math.min(1, Math.max(0, pattern(row, column)))
        const look = isQuery ? 'query' : weight > 0 ? 'read' : 'ignored'
        return (
          <rect
            key={`${row},${column}`}
            className={`reading-${look}`}
            x={column * pitch}
            y={row * pitch}
            width={cell}
            height={cell}
            {...(look === 'read' ? { fillOpacity: 0.18 + 0.82 * weight } : {})}
          />
        )
      })}
    </svg>
  )
}
