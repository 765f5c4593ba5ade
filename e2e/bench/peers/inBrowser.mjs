// What the page takes from the peers' packages; plain JavaScript, for their types are only there once they are installed.
import jaxPackage from '../node_modules/@jax-js/jax/package.json'
import ortPackage from '../node_modules/onnxruntime-web/package.json'

export const versions = { jax: jaxPackage.version, onnxruntime: ortPackage.version }

export const loadJax = () => Promise.all([import('@jax-js/jax'), import('@jax-js/onnx')])

const runtimes = '/e2e/bench/node_modules/onnxruntime-web/dist/'

/** As a file of its own: bundling would break how it finds its threads and its wasm. */
export async function loadRuntime(file) {
  const ort = await import(/* @vite-ignore */ `${runtimes}${file}`)
  ort.env.wasm.wasmPaths = runtimes
  ort.env.logLevel = 'error'
  return ort
}
