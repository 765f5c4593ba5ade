import { useEffect, useMemo } from 'react'
import { rangeOver } from '../../figure/ranges'
import { runWords } from '../../shell/runWords'
import { useAttentionStore } from '../../state/attentionStore'
import { useDocumentStore } from '../../state/documentStore'
import { ancestorsOf } from '../../state/paths'
import { Select } from '../../ui/Select'
import { Switch } from '../../ui/Switch'
import { AskedChoice } from './AskedChoice'
import { DirectionChoice, modesOf } from './AttentionView'
import { usualAsked } from './asked'
import { Frame } from './Frame'
import type { MixerRow } from './mixerRows'
import { gridOfSide, mixingCells, mixingRange, mixingShown } from './mixingShown'
import { useMixingThumbnails } from './mixingThumbnails'
import { NormalisationForm } from './NormalisationForm'
import type { Scene, Shown } from './shown'
import { useMixing } from './useMixing'
import { useScene } from './useScene'

interface MixingViewProps {
  readonly rows: readonly MixerRow[]
  readonly row: MixerRow
}

/** What a place of any mixer, block or stage depends on, exact or estimated. */
export function MixingView({ rows, row }: MixingViewProps) {
  const hovered = useAttentionStore((state) => state.hovered)
  const first = useAttentionStore((state) => state.first)
  const direction = useAttentionStore((state) => state.direction)
  const normalisation = useAttentionStore((state) => state.normalisation)
  const isWithoutResidual = useAttentionStore((state) => state.isWithoutResidual)
  const chosenPart = useAttentionStore((state) => state.part)
  const scene = useScene()
  const { lookAt } = useAttentionStore.getState()

  const parts = useMemo(() => partsAround(row), [row])
  const part = parts.find(({ value }) => value === chosenPart) ?? parts[0]
  const path = part?.value ?? row.path
  const wanted = first ?? hovered
  const { status, answer, isCurrent } = useMixing(path, wanted, { direction, isWithoutResidual, first })

  const shown = useMemo((): Shown => {
    const title = `Layer ${row.name} · ${part?.label ?? row.title}`
    if (!answer) return withoutAnswer(title, scene)
    const asked = wanted ?? usualAsked(gridOfSide(answer.asked))
    const options = { asked, isHeld: first !== null, direction, normalisation }
    return mixingShown({ path, title }, answer, options, scene)
  }, [row, part, path, answer, wanted, first, direction, normalisation, scene])

  useThumbnail(path === row.path ? row.path : null, answer, scene)
  const words =
    status.kind === 'failed' ? status.message : isCurrent ? null : (runWords(status) ?? 'measuring')
  return (
    <Frame
      rows={rows}
      row={row}
      shown={shown}
      name="Mixing on the picture"
      mode="mixing"
      modes={modesOf(row, true)}
      what={
        <Select
          label="Part"
          value={path}
          options={parts}
          onChange={(value) => lookAt({ part: value === row.path ? null : value })}
        />
      }
      settings={<NormalisationForm hasPeers={false} />}
      notes={[
        answer?.isLinear
          ? 'Fixed weights: the same map for every picture.'
          : 'Sizes of derivatives on this picture; they say what matters here, not why.',
      ]}
    >
      <p className="small" role="status" data-figure="mixing-status">
        {words === null ? '' : status.kind === 'failed' ? words : `Working: ${words}`}
      </p>
      <div className="attention-choices">
        <DirectionChoice />
        {answer && <AskedChoice grid={gridOfSide(answer.asked)} />}
        {answer && answer.residual !== 'none' && (
          <span className="attention-switch small">
            <Switch
              label="Without the residual"
              checked={isWithoutResidual}
              onChange={(on) => lookAt({ isWithoutResidual: on })}
            />
            Without the residual
          </span>
        )}
      </div>
    </Frame>
  )
}

/** The mixer and the groups around it: block, stage, network. */
function partsAround(row: MixerRow): readonly { readonly value: string; readonly label: string }[] {
  const around = ancestorsOf(row.path).slice(0, -1).toReversed()
  return [
    { value: row.path, label: row.title },
    ...around.map((path) => ({ value: path, label: path === '' ? 'Whole network' : dotted(path) })),
  ]
}

const dotted = (path: string): string => path.replaceAll('/', '.')

const withoutAnswer = (title: string, scene: Scene): Shown => ({
  figures: [
    {
      title,
      caption: [],
      picture: scene.picture,
      size: scene.size,
      cells: null,
      range: rangeOver([]),
      quantity: '',
      marks: [],
      fileName: 'figure',
    },
  ],
  grid: { height: 0, width: 0, prefix: 0 },
  sentence: 'Asking what the middle of the map reads.',
  facts: [],
  notes: [],
})

/** Keeps the map of a mixer for its row beside the picture. */
function useThumbnail(
  path: string | null,
  answer: ReturnType<typeof useMixing>['answer'],
  scene: Scene,
): void {
  const design = useDocumentStore((state) => state.document)
  useEffect(() => {
    if (path === null || !answer || answer.shown.height * answer.shown.width <= 1) return
    const { area: _, absent: __, ...cells } = mixingCells(answer, scene.size)
    const normalisation = { over: 'map', isLog: false, isClipped: false, kept: 1 } as const
    const range = mixingRange(answer, cells, normalisation)
    useMixingThumbnails.getState().keep(design, path, { cells, range })
  }, [design, path, answer, scene])
}
