/** The browser's side of the benchmark: measures one network when bench.mjs asks. */
import { openDevice } from '../../engine/gpu/device'
import { Tuner } from '../../engine/gpu/tune'
import { measure, type Report } from './measure'
import { openNetwork } from './networks'
import { loadJax, loadRuntime, versions } from './peers/inBrowser.mjs'
import { jax } from './peers/jax'
import { onnxruntime } from './peers/onnxruntime'
import { tensorflow } from './peers/tensorflow.mjs'
import { vertebra } from './peers/vertebra'

declare global {
  interface Window {
    measureNetwork(
      words: string,
      options: { batch: number; budgetMs: number; peers: readonly string[] },
    ): Promise<Report & { readonly adapter: string }>
  }
}

window.measureNetwork = async (words, { batch, budgetMs, peers }) => {
  const search = await openDevice(navigator.gpu, [100])
  if (!search.found) throw new Error(search.reason)
  const { device } = search
  const winners = new Map(JSON.parse(localStorage.getItem(device.traits.name) ?? '[]'))
  const tuner = await Tuner.open(device.traits.name, {
    read: async () => winners as ReadonlyMap<string, string>,
    write: async () => {},
  })
  const runtime = (provider: 'webgpu' | 'wasm') =>
    onnxruntime('onnxruntime-web', versions.onnxruntime, provider, () =>
      loadRuntime(`ort.${provider}.bundle.min.mjs`),
    )
  const all = [
    vertebra(device, tuner),
    jax(versions.jax, loadJax),
    runtime('webgpu'),
    runtime('wasm'),
    tensorflow,
  ].filter(
    ({ name }) => name === 'vertebra' || peers.length === 0 || peers.some((part) => name.includes(part)),
  )
  return { adapter: device.traits.name, ...(await measure(openNetwork(words, batch), all, { budgetMs })) }
}
