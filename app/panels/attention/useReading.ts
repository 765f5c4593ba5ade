import { useShallow } from 'zustand/shallow'
import { useAttentionStore } from '../../state/attentionStore'
import type { Reading } from './attentionShown'

/** What is asked of an attention; the same object as long as it says the same. */
export const useReading = (): Reading =>
  useAttentionStore(
    useShallow(({ head, hovered, first, second, compared, direction, normalisation }) => ({
      head,
      hovered,
      first,
      second,
      compared,
      direction,
      normalisation,
    })),
  )
