import { useEffect, useMemo, useState } from 'react'
import { elements, type FeaturesAnswer } from '../../../engine/index'
import { useAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { type SessionState, useSessionStore } from '../../state/sessionStore'
import { useWeightsStore } from '../../state/weightsStore'
import { formatShape } from '../../ui/formatNumber'
import { Segmented } from '../../ui/Segmented'
import { PictureTray } from '../pictures/PictureTray'
import { useLook } from '../useLook'
import { ChannelsMode } from './ChannelsMode'
import { ComponentsMode } from './ComponentsMode'
import { FeatureDepth } from './FeatureDepth'
import type { Shown } from './featureFigures'
import { useFeaturePictures } from './featurePictures'
import { type FeaturePlace, featurePlaces, placeOfSelection } from './featurePlaces'
import { type FeatureMode, useFeatureStore } from './featureStore'
import { frameOf } from './frame'
import { NormsMode } from './NormsMode'
import { PicturesChoice } from './PicturesChoice'
import { PlainPicture } from './PlainPicture'
import { Progress } from './Progress'
import { SimilarityMode } from './SimilarityMode'
import './FeaturesPanel.css'

const selectionOf = (state: SessionState) => state.selection

const modes: readonly { readonly value: FeatureMode; readonly label: string }[] = [
  { value: 'channels', label: 'Channels' },
  { value: 'components', label: 'PCA' },
  { value: 'norms', label: 'Norms' },
  { value: 'similarity', label: 'Similarity' },
]

const modeViews = {
  channels: ChannelsMode,
  components: ComponentsMode,
  norms: NormsMode,
  similarity: SimilarityMode,
} as const

/** What any node gives: its channels, its principal components as colours, the norms of its tokens, and which are alike. */
export function FeaturesPanel() {
  const places = featurePlaces(useAnalysis())
  const chosen = useFeatureStore((state) => state.place)
  const choose = useFeatureStore((state) => state.choose)
  const selection = useSessionStore(selectionOf)
  const [seen, setSeen] = useState(selection)
  // Selecting a node moves the slider there; moving the slider afterwards wins.
  useEffect(() => {
    if (selection === seen) return
    setSeen(selection)
    if (selection.length > 0) choose({ place: null })
  }, [selection, seen, choose])
  const found = chosen === null ? -1 : places.findIndex(({ instancePath }) => instancePath === chosen)
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
  const mode = useFeatureStore((state) => state.mode)
  const side = useFeatureStore((state) => state.side)
  const choose = useFeatureStore((state) => state.choose)
  const design = useDocumentStore((state) => state.document)
  const weights = useWeightsStore((state) => state.loaded?.id ?? null)
  const pictures = useFeaturePictures(useFeatureStore((state) => state.isAllPictures))
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
        const tensor = last.to.subject.pictures[at]
        const picture = pictures?.find((each) => each.tensor === tensor)
        return { name: picture?.name ?? 'procedural picture', view: picture?.view ?? null }
      }),
      hasRealWeights: last.to.subject.weights !== null,
    }
  }, [last, design, place, pictures])
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
        onChoose={({ instancePath }) => choose({ place: instancePath })}
      />
      <PicturesChoice />
      {answer === null && isMap && <Progress status={status} />}
    </>
  )
  if (!shown || (mode === 'components' && shown.answer.components === null)) {
    return (
      <div className="features">
        <PictureTray />
        <PlainPicture view={pictures?.[0]?.view ?? null} name={pictures?.[0]?.name ?? null} />
        <div className="features-controls">
          <header className="features-title">{title}</header>
          {head}
          {!isMap && (
            <p className="small muted">
              {place.name} gives {formatShape(place.shape)}: one vector, and no map. Move the depth to see
              what it is made from.
            </p>
          )}
        </div>
      </div>
    )
  }
  const Mode = modeViews[mode]
  return <Mode key={weights} shown={shown} title={title} head={head} />
}
