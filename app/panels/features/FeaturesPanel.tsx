import { useMemo } from 'react'
import { elements, type FeaturesAnswer } from '../../../engine/index'
import { useAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { type SessionState, useSessionStore } from '../../state/sessionStore'
import { Segmented } from '../../ui/Segmented'
import { useLook } from '../useLook'
import { channelsMode } from './channelsMode'
import { componentsMode } from './componentsMode'
import { FeatureDepth } from './FeatureDepth'
import { FeatureLayout } from './FeatureLayout'
import type { Shown } from './featureFigures'
import { pictureOf, useFeaturePictures } from './featurePictures'
import { type FeaturePlace, featurePlaces, placeOfSelection } from './featurePlaces'
import { type FeatureMode, useFeatureStore } from './featureStore'
import { frameOf } from './frame'
import type { Mode } from './mode'
import { normsMode } from './normsMode'
import { PicturesChoice } from './PicturesChoice'
import { PlainPicture } from './PlainPicture'
import { Progress } from './Progress'
import { similarityMode } from './similarityMode'
import './FeaturesPanel.css'

const selectionOf = (state: SessionState) => state.selection

const modes: readonly { readonly value: FeatureMode; readonly label: string }[] = [
  { value: 'channels', label: 'Channels' },
  { value: 'components', label: 'PCA' },
  { value: 'norms', label: 'Norms' },
  { value: 'similarity', label: 'Similarity' },
]

const modeViews: { readonly [M in FeatureMode]: Mode } = {
  channels: channelsMode,
  components: componentsMode,
  norms: normsMode,
  similarity: similarityMode,
}

/** What any node gives: its channels, its principal components as colours, the norms of its tokens, and which are alike. */
export function FeaturesPanel() {
  const places = featurePlaces(useAnalysis())
  const chosen = useFeatureStore((state) => state.place)
  const selection = useSessionStore(selectionOf)
  // Selecting a node moves the slider there; moving the slider afterwards wins.
  const found =
    chosen?.selection === selection
      ? places.findIndex(({ instancePath }) => instancePath === chosen.instancePath)
      : -1
  const index = found >= 0 ? found : placeOfSelection(places, selection)
  const place = places[index]
  if (!place)
    return <p className="features-none muted">Nothing reads the picture yet: connect a stem to it.</p>
  return (
    <div className="features-panel">
      <Features places={places} place={place} index={index} />
    </div>
  )
}

interface FeaturesProps {
  readonly places: readonly FeaturePlace[]
  readonly place: FeaturePlace
  readonly index: number
}

function Features({ places, place, index }: FeaturesProps) {
  const choice = useFeatureStore()
  const { mode, side, choose } = choice
  const design = useDocumentStore((state) => state.document)
  const pictures = useFeaturePictures(choice.isAllPictures)
  const tensors = useMemo(() => pictures?.map(({ tensor }) => tensor), [pictures])
  // A vector has nothing that lies anywhere.
  const isMap = elements(place.shape.slice(0, -1)) > 1
  const { status, answer, earlier } = useLook(
    'features',
    isMap && pictures ? { path: place.instancePath, components: mode === 'components' ? side : null } : null,
    tensors ? { pictures: tensors } : {},
  )
  // While the next answer is on its way the last one about the same place stays.
  const last =
    earlier?.to.subject.document === design && earlier.to.question.path === place.instancePath
      ? earlier
      : null
  const shown = useMemo((): Shown | null => {
    if (!last) return null
    const value: FeaturesAnswer = last.value
    return {
      design: design.name,
      place,
      answer: value,
      frame: frameOf(place, value.positions, design.input),
      pictures: value.maps.map((_, at) => {
        const picture = pictureOf(last.to.subject.pictures[at])
        return { name: picture?.name ?? 'procedural picture', view: picture?.view ?? null }
      }),
      hasRealWeights: last.to.subject.weights !== null,
    }
  }, [last, design, place])
  const title = (
    <h2>
      <button
        type="button"
        className="features-name"
        onClick={() => useSessionStore.getState().select(place.paths.slice(0, 1))}
      >
        {place.name}
      </button>
    </h2>
  )
  const head = (
    <>
      <Segmented
        label="Features"
        value={mode}
        options={modes}
        onChange={(chosen) => choose({ mode: chosen })}
      />
      <FeatureDepth
        places={places}
        index={index}
        onChoose={({ instancePath }) =>
          choose({ place: { instancePath, selection: useSessionStore.getState().selection } })
        }
      />
      <PicturesChoice />
      {answer === null && isMap && <Progress status={status} />}
      {!isMap && (
        <p className="small muted">
          {place.name} gives one vector of {place.shape.at(-1)} numbers, and no map. Move the depth to see
          what it is made from.
        </p>
      )}
    </>
  )
  const isReady = shown !== null && (mode !== 'components' || shown.answer.components !== null)
  const view = useMemo(
    () => (shown && isReady ? modeViews[mode](shown, choice) : null),
    [shown, isReady, mode, choice],
  )
  const first = pictures?.[0]
  return (
    <FeatureLayout
      title={title}
      head={head}
      instead={<PlainPicture view={first?.view ?? null} name={first?.name ?? null} />}
      shown={shown}
      view={view}
    />
  )
}
