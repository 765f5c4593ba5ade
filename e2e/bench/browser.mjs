#!/usr/bin/env node
// npm run bench [-- network...] [--batch 1] [--budget 60000] [--peers jax,wasm] [--headed]
// Our engine beside its peers in this machine's browser, on its own GPU or, where there is none, on SwiftShader.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { createServer } from 'vite'
import { hasGraphicsDevice, readMachine } from '../../.ci/machine.mjs'
import { writeReport } from './report.mjs'
import { usualNetworks } from './usual.mjs'

const folder = dirname(new URL(import.meta.url).pathname)
const root = join(folder, '../..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    batch: { type: 'string', default: '1' },
    budget: { type: 'string', default: '60000' },
    peers: { type: 'string', default: '' },
    headed: { type: 'boolean', default: false },
  },
})

if (!existsSync(join(folder, 'node_modules/onnxruntime-web'))) {
  const npm = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  const { status, stderr } = spawnSync('npm', npm, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`installing the peers failed: ${stderr}`)
}

const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  cacheDir: join(folder, 'node_modules/.vite'),
  optimizeDeps: { entries: ['e2e/bench/page.html'] },
  server: {
    port: 0,
    // Threads of the wasm provider, and fine clocks, need an isolated page.
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    hmr: false,
    watch: null,
  },
})
await server.listen()
const address = `${server.resolvedUrls?.local[0]}e2e/bench/page.html`
const { chromium: executablePath } = readMachine()
const software = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']
const browser = await chromium.launch({
  ...(executablePath && { executablePath }),
  headless: !values.headed,
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    ...(hasGraphicsDevice() ? ['--enable-unsafe-webgpu'] : software),
  ],
})
const options = {
  batch: Number(values.batch),
  budgetMs: Number(values.budget),
  peers: values.peers === '' ? [] : values.peers.split(','),
}
const reports = []
for (const network of positionals.length > 0 ? positionals : usualNetworks) {
  process.stderr.write(`${network}\n`)
  // A page for each: what one network leaves behind must not slow the next.
  const page = await browser.newPage()
  page.on('console', (message) => message.type() === 'error' && process.stderr.write(`${message.text()}\n`))
  try {
    await page.goto(address)
    await page.waitForFunction(() => 'measureNetwork' in window, null, { timeout: 120_000 })
    page.setDefaultTimeout(0)
    reports.push(await page.evaluate(([words, how]) => window.measureNetwork(words, how), [network, options]))
    process.stderr.write(
      `${JSON.stringify(reports.at(-1).measurements.map(({ name, median, problem }) => [name, median ?? problem]))}\n`,
    )
  } catch (error) {
    process.stderr.write(`${network} did not end well: ${error.message}\n`)
  }
  await page.close()
}
await browser.close()
await server.close()
writeReport('browser', reports)
process.exit(0)
