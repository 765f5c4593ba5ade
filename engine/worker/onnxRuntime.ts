/** onnxruntime-web on WebAssembly, from our own origin: 14 MB, for those who ask for it. */

import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import * as ort from 'onnxruntime-web/wasm'
import type { OnnxRuntime } from './cpuProcessor'

export function openOnnxRuntime(): OnnxRuntime {
  ort.env.logLevel = 'error'
  ort.env.wasm.wasmPaths = { wasm }
  return ort
}
