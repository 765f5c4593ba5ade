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
  const paths = pathsOf(pattern, size)
  return (
    <svg
      className="reading-pattern"
      width={side}
      height={side}
      viewBox={`0 0 ${side} ${side}`}
      aria-hidden="true"
    >
      <path className="reading-ignored" d={paths.ignored} />
      {paths.read.map(({ opacity, d }) => (
        <path key={opacity} className="reading-read" d={d} fillOpacity={opacity} />
      ))}
      <path className="reading-query" d={square(query, query, size)} />
    </svg>
  )
}

interface Paths {
  readonly ignored: string
  readonly read: readonly { readonly opacity: number; readonly d: string }[]
}

const known = new Map<string, WeakMap<Pattern, Paths>>()

/** One path per weight, in steps of a tenth: a palette shows hundreds of these. */
function pathsOf(pattern: Pattern, size: keyof typeof sizes): Paths {
  const ofSize = known.get(size) ?? new WeakMap<Pattern, Paths>()
  known.set(size, ofSize)
  let paths = ofSize.get(pattern)
  if (!paths) {
    paths = drawn(pattern, size)
    ofSize.set(pattern, paths)
  }
  return paths
}

function drawn(pattern: Pattern, size: keyof typeof sizes): Paths {
  let ignored = ''
  const read = new Map<number, string>()
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      if (row === query && column === query) continue
      const weight = Math.min(1, Math.max(0, pattern(row, column)))
      const d = square(row, column, size)
      const step = Math.ceil(weight * 10) / 10
      if (weight === 0) ignored += d
      else read.set(step, (read.get(step) ?? '') + d)
    }
  }
  return { ignored, read: [...read].map(([step, d]) => ({ opacity: 0.18 + 0.82 * step, d })) }
}

function square(row: number, column: number, size: keyof typeof sizes): string {
  const [cell, gap] = sizes[size]
  const pitch = cell + gap
  return `M${column * pitch} ${row * pitch}h${cell}v${cell}h-${cell}z`
}
