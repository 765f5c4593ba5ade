// Asks Dawn for an adapter in this process's environment and prints what it is: run as a child of setup.mjs.
import { create, globals } from 'webgpu'

Object.assign(globalThis, globals)
const gpu = create([])
const adapter = await gpu.requestAdapter()
const info = adapter && { ...named(adapter.info), f16: adapter.features.has('shader-f16') }
process.stdout.write(JSON.stringify(info), () => process.exit(adapter ? 0 : 1))

function named({ vendor, architecture, device, description }) {
  return { vendor, architecture, device, description }
}
