import { useDocumentStore } from '../../state/documentStore'
import { formatPercent } from '../../ui/formatNumber'
import type { Depth } from './depths'
import { Figure } from './Figure'
import { fieldNotes, sizeText, startText, strideText } from './fieldWords'

interface BoundsProps {
  readonly depth: Depth
  readonly row: number
  readonly column: number
}

/** The theoretical field of one place: as papers state it, then what is left of it inside the picture. */
export function Bounds({ depth, row, column }: BoundsProps) {
  const input = useDocumentStore((state) => state.document.input)
  const { field } = depth
  const found = depth.boxAt(row, column)
  const [height, width] = found
    ? [found.clipped.bottom - found.clipped.top, found.clipped.right - found.clipped.left]
    : [0, 0]
  const area = (height * width) / (input.height * input.width)
  const share = area >= 1 ? 'all of it' : formatPercent(area)
  return (
    <>
      <dl className="field-figures small">
        <Figure name="Size" value={sizeText(field)} />
        <Figure name="Stride" value={strideText(field)} />
        <Figure name="Start" value={startText(field)} />
        <Figure name="Clipped to the picture" value={`${height} × ${width} px, ${share}`} />
      </dl>
      {fieldNotes(depth).map((note) => (
        <p key={note} className="label faint">
          {note}
        </p>
      ))}
    </>
  )
}
