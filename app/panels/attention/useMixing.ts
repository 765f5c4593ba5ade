import { useEffect, useMemo, useState } from 'react'
import {
  type Analysis,
  type MixingAnswer,
  type MixingQuestion,
  type MixingSide,
  mixingSide,
} from '../../../engine/index'
import type { Asked, AttentionChoice } from '../../state/attentionStore'
import { analysisOf } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import type { LookStatus } from '../../state/lookStore'
import { useLook } from '../useLook'
import { tokenOf } from './asked'
import { gridOfSide } from './mixingShown'
import { useRested } from './useRested'

/** Quick while the pointer moves, sure once a place is held. */
const probesOnHover = 4
const probesWhenHeld = 16
/** The pointer rests before a question is asked. */
const restMs = 50

export interface Mixing {
  readonly status: LookStatus
  /** The last answer about this part, perhaps to the place before. */
  readonly answer: MixingAnswer | null
  /** It answers the question as it stands. */
  readonly isCurrent: boolean
}

/** What a place of a part depends on. `asked` null is the middle of its map. */
export function useMixing(
  path: string | null,
  asked: Asked | null,
  { direction, isWithoutResidual, first }: Pick<AttentionChoice, 'direction' | 'isWithoutResidual' | 'first'>,
): Mixing {
  const design = useDocumentStore((state) => state.document)
  const rested = useRested(asked, restMs)
  // Where inputs lie is known from the first answer on; the output's places are in the design.
  const [known, setKnown] = useState<{ readonly key: string; readonly side: MixingSide } | null>(null)
  const outputSide = useMemo(
    () => (path === null ? null : outputSideOf(analysisOf(design), path)),
    [design, path],
  )
  const key = `${path} ${direction}`
  const side = known?.key === key ? known.side : direction === 'reads' ? outputSide : null
  const question: MixingQuestion | null =
    path === null
      ? null
      : {
          path,
          through: null,
          direction,
          place: side && rested ? placeIn(rested, side) : null,
          probes: first && side ? probesWhenHeld : probesOnHover,
          seed: 0,
          channel: null,
          withoutResidual: isWithoutResidual,
        }
  const { status, answer, earlier } = useLook('mixing', question)
  useEffect(() => {
    if (answer) setKnown({ key, side: answer.asked })
  }, [answer, key])
  const isSamePart =
    earlier?.to.question.path === path &&
    earlier.to.question.direction === direction &&
    earlier.to.question.withoutResidual === isWithoutResidual &&
    earlier.to.subject.document === design
  return {
    status,
    answer: answer ?? (isSamePart ? earlier.value : null),
    isCurrent: answer !== null,
  }
}

function outputSideOf({ lowered }: Analysis, path: string): MixingSide | null {
  for (const { instancePaths, output, grid } of lowered.nodes.values())
    if (output && instancePaths.includes(path)) return mixingSide(output, grid)
  return null
}

const placeIn = (asked: Asked, side: MixingSide): number | null =>
  side.height * side.width > 0 ? tokenOf(asked, gridOfSide(side)) : null
