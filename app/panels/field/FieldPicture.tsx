import { MapPicture } from '../../figure/MapPicture'
import { cellArea, fileStem, type MapFigure, type Mark } from '../../figure/mapFigure'
import { rangeOver } from '../../figure/ranges'
import { useDocumentStore } from '../../state/documentStore'
import { useRunStore } from '../../state/runStore'
import type { Depth } from './depths'

interface FieldPictureProps {
  readonly depth: Depth
  readonly row: number
  readonly column: number
  readonly onPlace: (row: number, column: number) => void
}

/** The picture with the box that one position reads: dashed is the exact field, clipped to the picture. */
export function FieldPicture({ depth, row, column, onPlace }: FieldPictureProps) {
  const picture = useRunStore((state) => state.picture)
  const design = useDocumentStore((state) => state.document)
  const { input } = design
  const { clipped } = depth.boxAt(row, column) ?? { clipped: nothing }
  const { grid } = depth
  const width = clipped.right - clipped.left
  const height = clipped.bottom - clipped.top
  const middle = cellArea(grid ?? { height: 1, width: 1 }, grid ? row : 0, grid ? column : 0, input)
  const marks: Mark[] = [
    { kind: 'outline', areas: [clipped], look: 'bounds' },
    { kind: 'cross', x: (middle.left + middle.right) / 2, y: (middle.top + middle.bottom) / 2 },
  ]
  const figure: MapFigure = {
    title: `Receptive field of ${depth.name}`,
    caption: [
      ['Model', design.name],
      ['Node', depth.name],
      ['Place', `row ${row}, column ${column}`],
    ],
    picture: picture?.view ?? null,
    size: input,
    cells: null,
    range: rangeOver([]),
    quantity: '',
    marks: [{ kind: 'shade', outside: clipped }, ...marks],
    fileName: fileStem(design.name, depth.name, `row${row}col${column}`),
  }
  return (
    <MapPicture
      figure={figure}
      grid={grid}
      name="Receptive field on the picture"
      description={`Row ${row}, column ${column} reads ${width} × ${height} pixels inside the picture.`}
      held={{ row, column }}
      onHover={(place) => place && onPlace(place.row, place.column)}
      onPin={(place) => onPlace(place.row, place.column)}
    />
  )
}

const nothing = { top: 0, left: 0, bottom: 0, right: 0 } as const
