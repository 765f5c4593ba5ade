import type { ReactNode } from 'react'
import { FigureTools } from '../../figure/FigureTools'
import { MapPicture } from '../../figure/MapPicture'
import { PictureTray } from '../pictures/PictureTray'
import { cellWords, mapWords, nth, type Shown } from './featureFigures'
import type { ModeView } from './mode'

interface FeatureLayoutProps {
  /** The place's name. */
  readonly title: ReactNode
  /** What is chosen for all modes; it keeps its place, and the focus, while the rest comes and goes. */
  readonly head: ReactNode
  /** Until there is something to show. */
  readonly instead: ReactNode
  readonly shown: Shown | null
  readonly view: ModeView | null
}

/** The maps of all pictures, their colour bar, what is chosen, and what else there is to see. */
export function FeatureLayout({ title, head, instead, shown, view }: FeatureLayoutProps) {
  const isThere = shown !== null && view !== null
  return (
    <div className="features">
      <PictureTray />
      {isThere ? <Maps shown={shown} view={view} /> : instead}
      {view?.bar}
      <div className="features-controls">
        <header className="features-title">
          {title}
          {view && <FigureTools figures={view.figures} />}
        </header>
        {head}
        {view?.controls}
        {isThere && <Notes shown={shown} />}
      </div>
      {view?.side && <div className="features-side">{view.side}</div>}
    </div>
  )
}

function Maps({ shown, view }: { readonly shown: Shown; readonly view: ModeView }) {
  const { frame, pictures } = shown
  const { figures, description, pointing } = view
  const isSeveral = figures.length > 1
  return (
    <div className="features-maps" data-several={isSeveral || undefined}>
      {figures.map((figure, index) => {
        const name = pictures[index]?.name ?? 'no picture'
        const { width, height } = frame.size
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: pictures are in their order
          <figure key={index} className="features-map" style={{ aspectRatio: `${width} / ${height}` }}>
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
  )
}

function Notes({ shown }: { readonly shown: Shown }) {
  const { answer, place, frame, hasRealWeights } = shown
  return (
    <>
      <p className="label faint">
        {mapWords(shown)}; cells {cellWords(place, frame)}.
        {answer.every > 1 &&
          ` All channels are too much for the page: every ${nth(answer.every)} came, 0 first. Norms, components and statistics are of all.`}
      </p>
      {!hasRealWeights && (
        <p className="label faint">Procedural weights: maps show structure, not meaning.</p>
      )}
    </>
  )
}
