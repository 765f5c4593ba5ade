import { useMemo } from 'react'
import type { AttentionLayer, HeadMerge } from '../../../engine/index'
import { type Rollout, useAttentionStore } from '../../state/attentionStore'
import { type RunState, useRunStore } from '../../state/runStore'
import { Select } from '../../ui/Select'
import { Slider } from '../../ui/Slider'
import { AskedChoice } from './AskedChoice'
import { merges, modesOf } from './AttentionView'
import { usualAsked } from './asked'
import { Frame } from './Frame'
import type { MixerRow } from './mixerRows'
import { NormalisationForm } from './NormalisationForm'
import { rolloutShown, rowsUpTo } from './rolloutShown'
import { useRested } from './useRested'
import { useScene } from './useScene'

interface RolloutViewProps {
  readonly rows: readonly MixerRow[]
  readonly row: MixerRow
  readonly layer: AttentionLayer
}

const hasDevice = (state: RunState) => state.device?.available === true
/** A way through all layers takes longer than a frame. */
const restMs = 60

/** Attention through all layers up to the chosen one. */
export function RolloutView({ rows, row, layer }: RolloutViewProps) {
  const hovered = useAttentionStore((state) => state.hovered)
  const first = useAttentionStore((state) => state.first)
  const options = useAttentionStore((state) => state.rollout)
  const normalisation = useAttentionStore((state) => state.normalisation)
  const canMix = useRunStore(hasDevice)
  const scene = useScene()
  const { lookAt } = useAttentionStore.getState()
  const grid = layer.queryPlaces.map
  const asked = useRested(first ?? hovered ?? usualAsked(grid), restMs)
  const through = useMemo(() => rowsUpTo(rows, row), [rows, row])
  const shown = useMemo(
    () => rolloutShown(through, grid, { asked, isHeld: first !== null, options, normalisation }, scene),
    [through, grid, asked, first, options, normalisation, scene],
  )
  const change = (part: Partial<Rollout>) => lookAt({ rollout: { ...options, ...part } })
  const percent = `${Math.round(100 * options.discard)}\u2009%`
  return (
    <Frame
      rows={rows}
      row={row}
      shown={shown}
      name="Rollout on the picture"
      mode="rollout"
      modes={modesOf(row, canMix)}
      what={
        <Select
          label="First layer"
          value={String(Math.min(options.start, through.length - 1))}
          options={through.map(({ name }, start) => ({ value: String(start), label: `From ${name}` }))}
          onChange={(value) => change({ start: Number(value) })}
        />
      }
      settings={<NormalisationForm hasPeers={false} />}
      notes={['Values, MLPs and all that is no attention are left out; heads are merged layer by layer.']}
    >
      <div className="attention-choices">
        <Select<HeadMerge>
          label="Heads merged by"
          value={options.merge}
          options={merges}
          onChange={(merge) => change({ merge })}
        />
        <AskedChoice grid={grid} />
      </div>
      <div className="view-row">
        <span className="small">Discard</span>
        <Slider
          label="Share of the weakest keys that is discarded"
          min={0}
          max={0.95}
          step={0.05}
          value={options.discard}
          valueText={percent}
          onChange={(discard) => change({ discard })}
        />
        <span className="view-value small">{percent}</span>
      </div>
    </Frame>
  )
}
