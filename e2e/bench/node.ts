/**
 * Our engine beside its peers in Node, on the Vulkan adapter that the environment names: one process per network, all engines
 * in it, taking turns. Started by bench.mjs; prints one JSON line per measurement.
 */

import { Tuner } from '../../engine/gpu/tune'
import { dawn, openNodeDevice } from '../../engine/node/dawn'
import { tuningFolder } from '../../engine/node/tuningFolder'
import { measure } from './measure'
import { openNetwork } from './networks'
import { jax } from './peers/jax'
import { onnxruntimeNode } from './peers/onnxruntimeNode'
import { vertebra } from './peers/vertebra'

const [words = 'vit_tiny_patch16_224', batch = '1', budget = '10000'] = process.argv.slice(2)
const device = await openNodeDevice()
const tuner = await Tuner.open(device.traits.name, tuningFolder())
// Peers look for WebGPU where a browser has it.
Object.defineProperty(globalThis, 'navigator', {
  value: { gpu: (await import('../../engine/node/dawn')).dawn() },
})
const network = openNetwork(words, Number(batch))
const peers = [vertebra(device, tuner), jax, onnxruntimeNode('webgpu'), onnxruntimeNode('cpu')]
const report = await measure(network, peers, { budgetMs: Number(budget) })
process.stdout.write(`${JSON.stringify({ adapter: device.traits.name, ...report })}\n`, () => process.exit(0))
