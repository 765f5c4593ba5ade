import { expect, test } from 'vitest'
import { mapBodies, type NodePath, pathText } from '../document/address'
import { findModule } from '../document/findModule'
import { replaceModule } from '../document/nodes'
import type { Document } from '../document/types'
import { mixers } from '../modules/mixer'
import { findPreset } from '../presets'
import { lower } from './lower'
import type { Lowered } from './lowered'

/** Maps and tokens, with a class token and without, at every width and size that a mixer meets. */
const networks = [
  'caformer_s18',
  'poolformer_s12',
  'convnext_tiny',
  'swin_tiny_patch4_window7_224',
  'vit_small_patch16_224',
  'deit_tiny_distilled_patch16_224',
  'mixer_s16_224',
  'gmlp_s16_224',
  'resmlp_12_224',
]

test.each(networks)('every mixer drops into every slot of %s, or says why not and what would help', (id) => {
  const document = once(findPreset(id)?.document)
  const slots = mixersOf(document)
  expect(slots.length).toBeGreaterThan(0)
  const whole = shapeOf(lower(document))
  for (const path of slots) {
    for (const mixer of mixers) {
      const swapped = replaceModule(document, path, mixer.id)
      const lowered = lower(swapped)
      const where = `${mixer.id} in ${pathText(path)}`
      if (lowered.output !== null) {
        expect(shapeOf(lowered), where).toEqual(whole)
        continue
      }
      const [problem] = lowered.diagnostics.filter(({ severity }) => severity === 'error')
      expect(problem?.code, where).not.toBe('INTERNAL')
      expect(problem?.message, where).toMatch(/^\S.{10,}[.!?]$/)
      const [fix] = problem?.fixes ?? []
      // One that keeps the mixer at work.
      expect(fix?.label, `${where}: ${problem?.message}`).toMatch(/^(?!Bypass|Delete)/)
      const mended = lower(fix?.apply(swapped) ?? swapped)
      expect(shapeOf(mended), `${where}: ${fix?.label}`).toEqual(whole)
    }
  }
})

/** Every group once: its other instances only take time. */
function once(document: Document | undefined): Document {
  if (!document) throw new Error('no such preset')
  return mapBodies(document, (body) => ({
    ...body,
    nodes: body.nodes.map((node) => {
      if (node.type === 'module') return node
      const { overrides: _, ...group } = node
      return { ...group, repeat: 1 }
    }),
  }))
}

function mixersOf(document: Document): NodePath[] {
  const found: NodePath[] = []
  mapBodies(document, (body, { inner }) => {
    for (const node of body.nodes)
      if (node.type === 'module' && findModule(node.module)?.kind === 'mixer') found.push([...inner, node.id])
    return body
  })
  return found
}

function shapeOf({ graph, output }: Lowered) {
  return output === null ? null : graph.nodes[output].shape
}
