import { X } from 'lucide-react'
import type { Grid } from '../../../engine/index'
import { ColourBar } from '../../figure/ColourBar'
import { MapPicture } from '../../figure/MapPicture'
import { runWords } from '../../shell/runWords'
import { IconButton } from '../../ui/IconButton'
import type { MeasuredMap } from './useMeasuredField'

interface MeasuredPictureProps {
  readonly map: MeasuredMap
  readonly grid: Grid | null
  readonly held: { readonly row: number; readonly column: number }
  readonly onPlace: (row: number, column: number) => void
  /** Where several stand side by side. */
  readonly hasHeading: boolean
  /** Drops a map that was kept. */
  readonly onDrop: () => void
}

/** What every pixel contributes to one place, over the picture. */
export function MeasuredPicture({
  map: { figure, heading, measured, isKept },
  grid,
  held,
  onPlace,
  hasHeading,
  onDrop,
}: MeasuredPictureProps) {
  const { status, map } = measured
  return (
    <figure className="measured-picture">
      {hasHeading && (
        <figcaption className="label muted">
          <span>{heading}</span>
          {isKept && (
            <IconButton label="Drop the kept map" side="top" onClick={onDrop}>
              <X size={12} strokeWidth={1.6} aria-hidden />
            </IconButton>
          )}
        </figcaption>
      )}
      <div className="measured-map">
        <MapPicture
          figure={figure}
          grid={isKept ? null : grid}
          name={hasHeading ? `Contributions to a place, ${heading}` : 'Contributions to a place'}
          description={`Row ${held.row}, column ${held.column}. ${
            map ? 'The table says how wide the squares are that hold its contributions.' : 'Not measured yet.'
          }`}
          held={isKept ? null : held}
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
