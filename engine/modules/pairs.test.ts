import { expect, test } from 'vitest'
import { replaceModule, setInput } from '../document/nodes'
import { lower } from '../lower/lower'
import { findPreset } from '../presets'
import { modules } from '.'

const caformer = findPreset('caformer_s18')?.document
if (!caformer) throw new Error('internal: the preset is gone')

test.each(modules.filter(({ kind }) => kind === 'mixer').map(({ id }) => id))(
  '%s on a very large map is refused or built, quickly, and never fills the memory',
  (id) => {
    const large = setInput(caformer, { height: 1024, width: 1024 })
    const design = replaceModule(large, ['stages.0', 'blocks.0', 'token_mixer'], id)
    const start = performance.now()
    const { diagnostics } = lower(design)
    expect(performance.now() - start).toBeLessThan(5000)
    expect(diagnostics.filter(({ code }) => code === 'INTERNAL')).toEqual([])
  },
)
