/** The other way to the same figures: `vertebra` in Node. */
import { execFileSync } from 'node:child_process'

interface Analysis {
  readonly params: number
  readonly macs: number
}

/** Params and MACs of a design, given as a link or a preset's name. */
export function analyzed(design: string): Analysis {
  const [design_] = JSON.parse(vertebra('analyze', design, '--json'))
  return { params: design_.params.trainable + design_.params.frozen, macs: design_.macs.total }
}

const vertebra = (...words: readonly string[]): string =>
  execFileSync(process.execPath, ['.ci/vertebra.mjs', ...words], { encoding: 'utf8' })
