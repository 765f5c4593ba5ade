/** What a receptive field is, in words and figures. */
import { type AxisField, isEverywhere, type ReceptiveField } from '../../../engine/index'
import type { Depth } from './depths'

/** `231 × 231 px, stride 8 px`; `global (attention)`; `9 px high, global in width (attention)`. */
export function describeField(field: ReceptiveField): string {
  const { y, x } = field
  if (isEverywhere(field)) return `global (${y.global === x.global ? y.global : `${y.global}, ${x.global}`})`
  if (y.global !== null) return `${x.size} px wide, global in height (${y.global})`
  if (x.global !== null) return `${y.size} px high, global in width (${x.global})`
  const size = y.size === x.size ? `${y.size} × ${x.size} px` : `${y.size} px high, ${x.size} px wide`
  return `${size}, stride ${strideText(field)}`
}

export const sizeText = ({ y, x }: ReceptiveField): string =>
  y.global !== null && x.global !== null ? 'global' : `${sideText(y)} × ${sideText(x)} px`

const sideText = ({ size, global }: AxisField): string => (global === null ? String(size) : 'all')

export const strideText = (field: ReceptiveField): string => pairText(field, ({ stride }) => rounded(stride))
export const startText = (field: ReceptiveField): string => pairText(field, ({ start }) => rounded(start))

const rounded = (value: number): string => String(Number(value.toFixed(2))).replace('-', '−')

function pairText({ y, x }: ReceptiveField, text: (axis: AxisField) => string): string {
  const [down, across] = [y, x].map((axis) => (axis.global === null ? text(axis) : 'none'))
  if (down === across) return down === 'none' ? 'none' : `${down} px`
  return `${down} and ${across} px`
}

/** What makes it global, and what is left out of the bounds: `attention`, `channel gates`, `statistics of groupNorm`. */
export function reachText({ y, x, gate, norm }: ReceptiveField): string {
  const everywhere = [...new Set([y.global, x.global].filter((by) => by !== null))]
  const scales = [...(gate ? ['squeeze-excite'] : []), ...(norm === null ? [] : [`statistics of ${norm}`])]
  const whole = y.global !== null && x.global !== null ? '' : y.global === null ? ' in width' : ' in height'
  return [
    ...(everywhere.length > 0 ? [`${everywhere.join(', ')}${whole}`] : []),
    ...(scales.length > 0 ? [`through ${scales.join(', ')}`] : []),
  ].join('; ')
}

/** Sentences on what the figures mean, for one depth. */
export function fieldNotes(depth: Depth): readonly string[] {
  const { gate, norm } = depth.field
  const isGlobal = isEverywhere(depth.field)
  const scaled = [
    ...(gate ? ['squeeze-excite gates over the pooled map'] : []),
    ...(norm === null ? [] : [`the statistics of ${norm} over the map`]),
  ]
  return [
    isGlobal
      ? 'Every position reads the whole picture.'
      : 'Exact on the graph: what lies outside cannot change the output.',
    ...(scaled.length > 0 && !isGlobal
      ? [
          `Global only through ${scaled.join(' and ')}: they scale whole channels and are left out of these bounds.`,
        ]
      : []),
    ...misalignedNote(depth),
  ]
}

function misalignedNote({ misaligned, name }: Depth): readonly string[] {
  const merges = misaligned()
  const last = merges.at(-1)
  if (!last) return []
  const apart = last.y === last.x ? `${last.y} px` : `${last.y} px down and ${last.x} px across`
  const where = last.name.startsWith(name) ? 'that meet here' : `that meet in ${last.name}`
  const others = merges.length - 1
  return [
    `The paths ${where} are centred ${apart} apart${
      others > 0 ? `; so are those of ${others} earlier ${others === 1 ? 'merge' : 'merges'}` : ''
    }.`,
  ]
}
