#!/usr/bin/env node
// npm run bench:node [-- network...] [--adapter llvmpipe|swiftshader] [--batch 1] [--budget 20000]
// Our engine beside its peers on Dawn in Node: installs the peers on the first call, then one process per network and adapter.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { hasGraphicsDevice, libraryEnvironment, readMachine, vulkanEnvironment } from '../../.ci/machine.mjs'
import { writeReport } from './report.mjs'
import { usualNetworks } from './usual.mjs'

const folder = dirname(new URL(import.meta.url).pathname)
const root = join(folder, '../..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    adapter: { type: 'string', multiple: true },
    batch: { type: 'string', default: '1' },
    budget: { type: 'string', default: '20000' },
  },
})

run('the set-up', process.execPath, [join(root, '.ci/setup.mjs')])
if (!existsSync(join(folder, 'node_modules/onnxruntime-node')))
  run('installing the peers', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder)
const bundle = join(root, 'dist-node/bench')
run('bundling', process.execPath, [
  join(root, 'node_modules/vite/bin/vite.js'),
  'build',
  '--config',
  'vite.node.config.ts',
  '--ssr',
  'e2e/bench/node.ts',
  '--outDir',
  bundle,
])

const machine = readMachine()
const adapters = values.adapter ?? (hasGraphicsDevice() ? ['gpu'] : Object.keys(machine.vulkan))
const reports = []
for (const adapter of adapters) {
  const environment = adapter === 'gpu' ? libraryEnvironment(machine) : vulkanEnvironment(adapter, machine)
  for (const network of positionals.length > 0 ? positionals : usualNetworks) {
    process.stderr.write(`${adapter}: ${network}\n`)
    const done = spawnSync(process.execPath, [join(bundle, 'cli.js'), network, values.batch, values.budget], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, ...environment, VERTEBRA_BENCH: folder },
      maxBuffer: 2 ** 28,
    })
    const line = done.stdout.trim().split('\n').at(-1) ?? ''
    if (done.status === 0 && line.startsWith('{')) reports.push(JSON.parse(line))
    else process.stderr.write(`${done.stderr.slice(-2000)}\n${network} did not end well.\n`)
  }
}
writeReport('node', reports)

/** @param {string} what @param {string} command @param {string[]} words */
function run(what, command, words, cwd = root) {
  const { status, stdout, stderr } = spawnSync(command, words, { cwd, encoding: 'utf8' })
  if (status === 0) return
  process.stderr.write(`${stdout}${stderr}`)
  throw new Error(`${what} failed, so nothing is measured.`)
}
