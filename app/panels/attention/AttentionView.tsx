import { useMemo } from 'react'
import type { AttentionLayer } from '../../../engine/index'
import { type AttentionMode, type HeadChoice, useAttentionStore } from '../../state/attentionStore'
import { canRun, type RunState, useRunStore } from '../../state/runStore'
import { Segmented } from '../../ui/Segmented'
import { Select } from '../../ui/Select'
import { AskedChoice } from './AskedChoice'
import { attentionShown, directionWords, headIn } from './attentionShown'
import { Frame } from './Frame'
import { matrixShown } from './matrixShown'
import type { MixerRow } from './mixerRows'
import { NormalisationForm } from './NormalisationForm'
import { useReading } from './useReading'
import { useScene } from './useScene'

const ranOnCpu = (state: RunState) => state.result?.processor === 'cpu'
const ranWithFile = (state: RunState) => (state.result?.weights?.fits ?? 0) > 0

interface AttentionViewProps {
  readonly rows: readonly MixerRow[]
  readonly row: MixerRow
  readonly layer: AttentionLayer
}

/** The weights of one attention: a query's row, a key's column, two of them compared; without a place their matrix. */
export function AttentionView({ rows, row, layer }: AttentionViewProps) {
  const reading = useReading()
  const scene = useScene()
  const isFromCpu = useRunStore(ranOnCpu)
  const canMix = useRunStore(canRun)
  const hasRealWeights = useRunStore(ranWithFile)
  const isMatrix = layer.kind === 'channels'
  const shown = useMemo(
    () =>
      isMatrix ? matrixShown(row, layer, reading, scene) : attentionShown(row, layer, rows, reading, scene),
    [isMatrix, row, layer, rows, reading, scene],
  )
  const modes = modesOf(row, canMix)
  return (
    <Frame
      rows={rows}
      row={row}
      shown={shown}
      name={isMatrix ? 'Attention between channels' : 'Attention on the picture'}
      mode="attention"
      modes={modes}
      what={
        <Select
          label="Head"
          value={String(headIn(reading.head, layer))}
          options={headOptions(layer)}
          onChange={(value) => useAttentionStore.getState().lookAt({ head: headOf(value) })}
        />
      }
      settings={<NormalisationForm hasPeers />}
      notes={[
        ...(hasRealWeights ? [] : ['Procedural weights: structure, not meaning.']),
        'Attention is not an explanation: it says what is read, not why.',
        ...(isFromCpu ? ['Computed on the CPU: the same numbers as on a GPU.'] : []),
        ...(isMatrix ? [] : [directionWords[reading.direction]]),
      ]}
    >
      <div className="attention-choices">
        {!isMatrix && <DirectionChoice />}
        {!isMatrix && <AskedChoice grid={shown.grid} />}
        {reading.second && <ComparedChoice />}
      </div>
    </Frame>
  )
}

/** What a mixer can be looked at by. */
export const modesOf = ({ map }: MixerRow, canMix: boolean): readonly AttentionMode[] => [
  ...(map ? (['attention'] as const) : []),
  ...(canMix ? (['mixing'] as const) : []),
  ...(map?.kind === 'tokens' ? (['rollout'] as const) : []),
]

export const merges = [
  { value: 'mean', label: 'Mean of heads' },
  { value: 'max', label: 'Max of heads' },
  { value: 'min', label: 'Min of heads' },
] as const

const headOptions = ({ heads }: AttentionLayer) => [
  ...(heads > 1 ? merges : merges.slice(0, 1)),
  ...Array.from({ length: heads }, (_, head) => ({ value: String(head), label: `Head ${head}` })),
]

const headOf = (value: string): HeadChoice =>
  value === 'mean' || value === 'max' || value === 'min' ? value : Number(value)

export function DirectionChoice() {
  const direction = useAttentionStore((state) => state.direction)
  return (
    <Segmented
      label="Direction"
      value={direction}
      options={[
        { value: 'reads', label: 'Reads' },
        { value: 'readBy', label: 'Read by' },
      ]}
      onChange={(value) => useAttentionStore.getState().lookAt({ direction: value })}
    />
  )
}

function ComparedChoice() {
  const compared = useAttentionStore((state) => state.compared)
  return (
    <Segmented
      label="Compared"
      value={compared}
      options={[
        { value: 'first', label: 'First' },
        { value: 'second', label: 'Second' },
        { value: 'difference', label: 'Difference' },
      ]}
      onChange={(value) => useAttentionStore.getState().lookAt({ compared: value })}
    />
  )
}
