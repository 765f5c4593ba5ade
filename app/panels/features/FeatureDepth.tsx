import { Slider } from '../../ui/Slider'
import type { FeaturePlace } from './featurePlaces'

interface FeatureDepthProps {
  readonly places: readonly FeaturePlace[]
  readonly index: number
  readonly onChoose: (place: FeaturePlace) => void
}

/** Along the depth, from what reads the picture to the output. */
export function FeatureDepth({ places, index, onChoose }: FeatureDepthProps) {
  return (
    <div className="features-depth small">
      <span className="muted">Depth</span>
      <Slider
        label="Depth"
        min={0}
        max={places.length - 1}
        value={index}
        valueText={places[index]?.name ?? ''}
        onChange={(value) => {
          const place = places[value]
          if (place) onChoose(place)
        }}
      />
      <span className="faint">
        {index + 1} of {places.length}
      </span>
    </div>
  )
}
