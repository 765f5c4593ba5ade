import { defineConfig } from '@playwright/test'
import { readMachine } from './.ci/machine.mjs'

const { chromium } = readMachine()
if (!chromium)
  throw new Error(
    'There is no Chrome or Chromium on this machine; run `node .ci/setup.mjs` and read what it says.',
  )

// A port of our own, so that several checkouts can test at once; Playwright's workers inherit it.
process.env.VERTEBRA_PORT ??= String(20_000 + (process.pid % 20_000))
const address = `http://localhost:${process.env.VERTEBRA_PORT}/`

const plain = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const withWebGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']
// A camera that shows a clock, and nobody to ask.
const withCamera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
const needsNoWebGpu = 'withoutWebGpu.spec.ts'

const browserWith = (args: readonly string[]) => ({
  launchOptions: { executablePath: chromium, args: [...args] },
})

/** WebGPU runs on SwiftShader, one picture at a time on two cores: hence one worker and long patience. */
export default defineConfig({
  testDir: 'e2e',
  testIgnore: 'bench/**',
  outputDir: 'node_modules/.cache/vertebra/e2e',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: address,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'WebGPU', testIgnore: needsNoWebGpu, use: browserWith([...plain, ...withWebGpu, ...withCamera]) },
    { name: 'no WebGPU', testMatch: needsNoWebGpu, use: browserWith(plain) },
  ],
  webServer: {
    command: `node .ci/start.mjs --port ${process.env.VERTEBRA_PORT} --exact-port`,
    url: address,
    timeout: 180_000,
    stdout: 'ignore',
    stderr: 'pipe',
  },
})
