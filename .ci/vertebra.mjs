#!/usr/bin/env node
// Starts the command line. Node 20 does not run TypeScript and the shaders are imported as text, so Vite bundles
// engine/node/cli.ts to dist-node/<stamp of the sources>/cli.js; a fresh bundle starts at once.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  hasGraphicsDevice,
  libraryEnvironment,
  preferredDriver,
  readMachine,
  vulkanEnvironment,
} from './machine.mjs'
import { root, sourceStamp } from './sources.mjs'

const sources = ['engine', 'shaders', 'vite.node.config.ts', 'package-lock.json']
const bundles = join(root, 'dist-node')

try {
  start(freshBundle(), process.argv.slice(2))
} catch (error) {
  process.stderr.write(`vertebra: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

/** The bundle of the present sources, made if need be; several commands may do so at the same time. */
function freshBundle() {
  const folder = join(bundles, sourceStamp(sources))
  if (existsSync(join(folder, 'cli.js'))) return join(folder, 'cli.js')
  runQuietly('.ci/setup.mjs', 'packages')
  const unfinished = join(bundles, `unfinished-${process.pid}`)
  runQuietly(
    'node_modules/vite/bin/vite.js',
    'build',
    '--config',
    'vite.node.config.ts',
    '--outDir',
    unfinished,
  )
  forgetOldBundles()
  try {
    renameSync(unfinished, folder)
  } catch {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return join(folder, 'cli.js')
}

/** @param {string} script @param {string[]} words */
function runQuietly(script, ...words) {
  const done = spawnSync(process.execPath, [join(root, script), ...words], { cwd: root, encoding: 'utf8' })
  if (done.status === 0) return
  process.stderr.write(`${done.stdout}${done.stderr}`)
  throw new Error(`${script} failed, so there is no command line to start.`)
}

/** Younger ones may still be running and load their parts late. */
function forgetOldBundles() {
  mkdirSync(bundles, { recursive: true })
  for (const name of readdirSync(bundles)) {
    const path = join(bundles, name)
    if (Date.now() - statSync(path).mtimeMs > 3_600_000) rmSync(path, { recursive: true, force: true })
  }
}

/** @param {string} bundle @param {string[]} words */
function start(bundle, words) {
  const environment = { ...process.env, ...driverEnvironment(words) }
  const child = spawn(process.execPath, [bundle, ...words], {
    stdio: ['inherit', 'inherit', 'pipe'],
    env: environment,
  })
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!isDawnChatter(line)) process.stderr.write(`${line}\n`)
  })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  child.on('close', (code) => {
    process.exitCode = code ?? 1
  })
}

/** Dawn reports on each software adapter that it lowers two limits; an error of ours would drown in that. */
function isDawnChatter(line) {
  return /^Warning: max\w+ artificially reduced/.test(line)
}

/**
 * The Vulkan driver must be chosen before the process starts: the software driver that `--adapter` names, else what the
 * caller's environment says, else the system's GPU, else the best software driver.
 * @param {string[]} words
 */
function driverEnvironment(words) {
  const machine = readMachine()
  const at = words.findIndex((word) => word === '--adapter' || word.startsWith('--adapter='))
  const named = at < 0 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1])?.toLowerCase()
  if (named && machine.vulkan[named]) return vulkanEnvironment(named, machine)
  if (process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES || hasGraphicsDevice())
    return libraryEnvironment(machine)
  return vulkanEnvironment(preferredDriver(machine), machine)
}
