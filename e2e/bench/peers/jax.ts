import type { Peer } from '../peer'
import { installed, versionOf } from './installed'

interface JaxArray {
  data(): Promise<Float32Array>
}
interface Jax {
  init(backend: 'webgpu'): Promise<unknown>
  defaultDevice(backend: 'webgpu'): void
  jit(fn: (x: JaxArray) => JaxArray): (x: JaxArray) => JaxArray
  readonly numpy: {
    array(data: Float32Array, options: { shape: readonly number[]; dtype: unknown }): JaxArray
    readonly float32: unknown
  }
}
interface JaxOnnx {
  readonly ONNXModel: new (
    model: Uint8Array,
  ) => {
    run(feeds: { readonly input: JaxArray }): { readonly logits: JaxArray }
  }
}

/** jax-js reads ONNX, but has no AveragePool: that one is a depthwise convolution for it. */
export const jax: Peer = {
  name: 'jax-js',
  version: versionOf('@jax-js/jax'),
  async open({ onnx, shape }) {
    const { init, defaultDevice, jit, numpy } = (await installed('@jax-js/jax')) as Jax
    const { ONNXModel } = (await installed('@jax-js/onnx')) as JaxOnnx
    await init('webgpu')
    defaultDevice('webgpu')
    const model = new ONNXModel(onnx({ poolsAsConvolutions: true }))
    const forward = jit((x) => model.run({ input: x }).logits)
    return {
      async run(picture) {
        const x = numpy.array(picture, { shape, dtype: numpy.float32 })
        return await forward(x).data()
      },
      async close() {},
    }
  },
}
