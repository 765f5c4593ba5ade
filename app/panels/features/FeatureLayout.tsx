import type { ReactNode } from 'react'
import type { Figures } from '../../figure/exports'
import { FigureTools } from '../../figure/FigureTools'
import { MapPicture } from '../../figure/MapPicture'
import type { Place } from '../../figure/places'
import { PictureTray } from '../pictures/PictureTray'
import { cellWords, mapWords, nth, type Shown } from './featureFigures'

/** What can be pointed at on the pictures. */
export interface Pointing {
  readonly heldOf: (picture: number) => Place | null
  readonly onHover: (picture: number, place: Place) => void
  readonly onPin: (picture: number, place: Place) => void
  readonly onRelease: () => void
}

interface FeatureLayoutProps {
  readonly shown: Shown
  /** One per picture. */
  readonly figures: Figures
  readonly bar: ReactNode
  /** What is shown: place, mode and depth. */
  readonly head: ReactNode
  readonly title: ReactNode
  readonly description: string
  readonly pointing?: Pointing
  readonly side?: ReactNode
  readonly children: ReactNode
}

/** The maps of all pictures, their colour bar, what is chosen, and what else there is to see. */
export function FeatureLayout(props: FeatureLayoutProps) {
  const { shown, figures, bar, head, title, description, pointing, side, children } = props
  const { frame, pictures, place, answer, hasRealWeights } = shown
  const isSeveral = figures.length > 1
  return (
    <div className="features">
      <PictureTray />
      <div className="features-maps" data-several={isSeveral || undefined}>
        {figures.map((figure, index) => {
          const name = pictures[index]?.name ?? 'no picture'
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: pictures are in their order
            <figure key={index} className="features-map" style={{ aspectRatio: ratioOf(frame.size) }}>
              <MapPicture
                figure={figure}
                grid={pointing ? frame : null}
                name={`Features on ${frame.isOnPicture ? name : 'their own'}`}
                description={`${figure.title}. ${description}`}
                held={pointing?.heldOf(index) ?? null}
                onHover={(at) => at && pointing?.onHover(index, at)}
                onPin={(at) => pointing?.onPin(index, at)}
                onRelease={() => pointing?.onRelease()}
              />
              {isSeveral && <figcaption className="label ellipsis">{name}</figcaption>}
            </figure>
          )
        })}
      </div>
      {bar}
      <div className="features-controls">
        <header className="features-title">
          {title}
          <FigureTools figures={figures} />
        </header>
        {head}
        {children}
        <p className="label faint">
          {mapWords(shown)}; cells {cellWords(place, frame)}.
          {answer.every > 1 &&
            ` All channels are too much for the page: every ${nth(answer.every)} came, 0 first. Norms, components and statistics are of all.`}
        </p>
        {!hasRealWeights && (
          <p className="label faint">Procedural weights: maps show structure, not meaning.</p>
        )}
      </div>
      {side && <div className="features-side">{side}</div>}
    </div>
  )
}

const ratioOf = ({ width, height }: Shown['frame']['size']): string => `${width} / ${height}`

/** The same figure for every picture of an answer; there is always one. */
export function forPictures<T>({ answer }: Shown, make: (picture: number) => T): readonly [T, ...T[]] {
  return [make(0), ...answer.maps.slice(1).map((_, index) => make(index + 1))]
}
