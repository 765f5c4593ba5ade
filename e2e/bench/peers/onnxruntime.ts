import type { Peer } from '../peer'

interface Tensor {
  readonly data: Float32Array
}
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{
      run(feeds: object): Promise<{ readonly logits: Tensor }>
      release(): Promise<void>
    }>
  }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor
}

/** onnxruntime with one of its providers; WebGPU with the robustness checks that a browser insists on. */
export const onnxruntime = (
  name: string,
  version: string,
  provider: 'webgpu' | 'cpu' | 'wasm',
  load: () => Promise<OnnxRuntime>,
): Peer => ({
  name: `${name} ${provider}`,
  version,
  async open({ onnx, shape }) {
    const ort = await load()
    const executionProviders = [provider === 'webgpu' ? { name: 'webgpu', enableRobustness: true } : provider]
    const session = await ort.InferenceSession.create(onnx(), { executionProviders, logSeverityLevel: 3 })
    return {
      async run(picture) {
        const { logits } = await session.run({ input: new ort.Tensor('float32', picture, shape) })
        return Float32Array.from(logits.data)
      },
      close: () => session.release(),
    }
  },
})
