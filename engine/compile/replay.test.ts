/**
 * What every network of the roadmap and the first of each family becomes: kernels, their shaders, memory and work. A refactoring
 * moves none of it; a change that means to is seen here, network by network (`vitest -u` writes the file anew).
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lower } from '../lower/lower'
import { presets } from '../presets'
import { compile } from './compile'
import type { Plan } from './plan'
import { plainDevice } from './testing/adapter'

const large = { ...plainDevice.limits, maxStorageBufferBindingSize: 2 ** 31, maxBufferSize: 2 ** 31 }
const device = { ...plainDevice, limits: large }

const always = [
  'vit_tiny_patch16_224',
  'deit_small_patch16_224',
  'resnet50',
  'convnext_tiny',
  'swin_tiny_patch4_window7_224',
  'poolformer_s12',
  'convformer_s18',
  'caformer_s18',
]

/** More take a minute and say little more. */
const mostMacs = 6e9

const families = new Set<string>()
const replayed = presets.filter(({ id, family }) => {
  const isFirst = !families.has(family)
  families.add(family)
  return isFirst || always.includes(id)
})

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

function line(id: string, { steps, prepare, memory }: Plan): string {
  const dispatches = [...prepare, ...steps].flatMap((step) => step.dispatches)
  const sum = (of: (step: Plan['steps'][number]) => number) => steps.reduce((all, step) => all + of(step), 0)
  return [
    id,
    `${steps.length} steps`,
    `${steps.flatMap((step) => step.dispatches).length} dispatches`,
    `${new Set(dispatches.map(({ source }) => source)).size} shaders`,
    `${sum(({ cost }) => cost.macs)} MACs`,
    `${sum(({ cost }) => cost.bytesRead + cost.bytesWritten)} bytes`,
    `${memory.activationBytes} activations`,
    hash(dispatches.map(({ source }) => source).join('\n')),
    hash(JSON.stringify(steps.map(({ spec, label }) => [label, spec]))),
  ].join('  ')
}

test('plans and shaders of the first preset of every family stay as they are', async () => {
  const lines = replayed.flatMap(({ id, document }) => {
    const { graph, output } = lower(document)
    if (output === null) return [`${id}  gives nothing`]
    const plan = compile(graph, { device, outputs: [output] })
    const macs = plan.steps.reduce((all, { cost }) => all + cost.macs, 0)
    return macs > mostMacs ? [] : [line(id, plan)]
  })
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'replay.txt'))
}, 120_000)
