import type { Peer } from '../peer'
import { installed, versionOf } from './installed'

interface Tensor {
  readonly data: Float32Array
}
interface OnnxRuntime {
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

/** onnxruntime-node: its native WebGPU provider, with the robustness checks that a browser insists on, or its CPU provider. */
export const onnxruntimeNode = (provider: 'webgpu' | 'cpu'): Peer => ({
  name: `onnxruntime-node ${provider}`,
  version: versionOf('onnxruntime-node'),
  async open({ onnx, shape }) {
    const ort = (await installed('onnxruntime-node')) as OnnxRuntime
    const executionProviders = [provider === 'cpu' ? 'cpu' : { name: 'webgpu', enableRobustness: true }]
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
