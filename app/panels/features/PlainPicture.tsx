import { MapPicture } from '../../figure/MapPicture'
import type { Raster } from '../../figure/mapFigure'
import { rangeOver } from '../../figure/ranges'
import { useDocumentStore } from '../../state/documentStore'

interface PlainPictureProps {
  readonly view: Raster | null
  /** Null when there is no picture. */
  readonly name: string | null
}

/** The picture alone, until there is a map to lay over it. */
export function PlainPicture({ view, name }: PlainPictureProps) {
  const size = useDocumentStore((state) => state.document.input)
  const words = name === null ? 'No picture yet' : `Picture ${name}`
  return (
    <div className="features-maps">
      <figure className="features-map" style={{ aspectRatio: `${size.width} / ${size.height}` }}>
        <MapPicture
          figure={{
            title: words,
            caption: [],
            picture: view,
            size,
            cells: null,
            range: rangeOver([]),
            quantity: '',
            marks: [],
            fileName: 'picture',
          }}
          grid={null}
          name={words}
          description=""
        />
      </figure>
    </div>
  )
}
