import type { RunStatus } from '../state/runStore'

/** Stages of work are words: `kernels 12 of 31`. Null when nothing is going on. */
export function runWords(status: RunStatus): string | null {
  switch (status.kind) {
    case 'starting':
      return 'looking for a GPU'
    case 'idle':
      return null
    case 'failed':
      return status.message
    case 'running':
      return `${stageWords[status.stage]}${status.total > 1 ? ` ${status.done} of ${status.total}` : ''}`
    default:
      return status satisfies never
  }
}

const stageWords = {
  planning: 'planning',
  compiling: 'kernels',
  weights: 'weights',
  running: 'running',
  measuring: 'measuring',
} as const
