/**
 * Our engine beside its peers in Node, on the Vulkan adapter that the environment names: one process per network, all engines
 * in it, taking turns. Started by bench.mjs; prints one JSON line per measurement.
 */

import { Tuner } from '../../engine/gpu/tune'
import { dawn, openNodeDevice } from '../../engine/node/dawn'
import { tuningFolder } from '../../engine/node/tuningFolder'
import { measure } from './measure'
import { openNetwork } from './networks'
import { installed, versionOf } from './peers/installed'
import { type Jax, type JaxOnnx, jax } from './peers/jax'
import { type OnnxRuntime, onnxruntime } from './peers/onnxruntime'
import { vertebra } from './peers/vertebra'

const [words = 'vit_tiny_patch16_224', batch = '1', budget = '10000'] = process.argv.slice(2)
const device = await openNodeDevice()
const tuner = await Tuner.open(device.traits.name, tuningFolder())
// Peers look for WebGPU where a browser has it.
Object.defineProperty(globalThis, 'navigator', {
  value: { gpu: await dawn() },
})
const network = openNetwork(words, Number(batch))
const native = async () => (await installed('onnxruntime-node')) as OnnxRuntime
const ortVersion = versionOf('onnxruntime-node')
const peers = [
  vertebra(device, tuner),
  jax(versionOf('@jax-js/jax'), async () => [
    (await installed('@jax-js/jax')) as Jax,
    (await installed('@jax-js/onnx')) as JaxOnnx,
  ]),
  onnxruntime('onnxruntime-node', ortVersion, 'webgpu', native),
  onnxruntime('onnxruntime-node', ortVersion, 'cpu', native),
]
const report = await measure(network, peers, { budgetMs: Number(budget) })
process.stdout.write(`${JSON.stringify({ adapter: device.traits.name, ...report })}\n`, () => process.exit(0))
