import type { Jax, JaxOnnx } from './jax'
import type { OnnxRuntime } from './onnxruntime'

export declare const versions: { readonly jax: string; readonly onnxruntime: string }
export declare function loadJax(): Promise<readonly [Jax, JaxOnnx]>
export declare function loadRuntime(file: string): Promise<OnnxRuntime>
