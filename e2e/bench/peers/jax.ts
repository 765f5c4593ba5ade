import type { Peer } from '../peer'

interface JaxArray {
  data(): Promise<Float32Array>
}
export interface Jax {
  init(backend: 'webgpu'): Promise<unknown>
  defaultDevice(backend: 'webgpu'): void
  jit(fn: (x: JaxArray) => JaxArray): (x: JaxArray) => JaxArray
  readonly numpy: {
    array(data: Float32Array, options: { shape: readonly number[]; dtype: unknown }): JaxArray
    readonly float32: unknown
  }
}
export interface JaxOnnx {
  readonly ONNXModel: new (
    model: Uint8Array,
  ) => {
    run(feeds: { readonly input: JaxArray }): { readonly logits: JaxArray }
  }
}

/** jax-js reads ONNX, but has no AveragePool: that one is a depthwise convolution for it. */
export const jax = (version: string, load: () => Promise<readonly [Jax, JaxOnnx]>): Peer => ({
  name: 'jax-js',
  version,
  async open({ onnx, shape }) {
    const [{ init, defaultDevice, jit, numpy }, { ONNXModel }] = await load()
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
})
