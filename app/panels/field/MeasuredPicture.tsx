import type { Grid } from '../../../engine/index'
import { ColourBar } from '../../figure/ColourBar'
import { MapPicture } from '../../figure/MapPicture'
import type { MapFigure } from '../../figure/mapFigure'
import { runWords } from '../../shell/runWords'
import type { Measured } from './useMeasured'

interface MeasuredPictureProps {
  readonly figure: MapFigure
  readonly measured: Measured
  readonly grid: Grid | null
  readonly held: { readonly row: number; readonly column: number }
  readonly onPlace: (row: number, column: number) => void
  /** Above the picture, where two stand side by side. */
  readonly heading: string | null
}

/** What every pixel contributes to one place, over the picture. */
export function MeasuredPicture({ figure, measured, grid, held, onPlace, heading }: MeasuredPictureProps) {
  const { status, map } = measured
  return (
    <figure className="measured-picture">
      {heading !== null && <figcaption className="label muted">{heading}</figcaption>}
      <div className="measured-map">
        <MapPicture
          figure={figure}
          grid={grid}
          name={`Contributions to a place${heading === null ? '' : `, ${heading.toLowerCase()}`}`}
          description={`Row ${held.row}, column ${held.column}. ${
            map ? 'The table says how wide the squares are that hold its contributions.' : 'Not measured yet.'
          }`}
          held={held}
          onHover={() => {}}
          onPin={(place) => onPlace(place.row, place.column)}
        />
        {map ? (
          <ColourBar figure={figure} />
        ) : (
          <p className="small muted measured-wait" role="status">
            {status.kind === 'failed' ? status.message : `Measuring: ${runWords(status) ?? 'waiting'}`}
          </p>
        )}
      </div>
    </figure>
  )
}
