// What this machine offers for running shaders: found once by setup.mjs, remembered outside the checkout.
//
// ~/.cache/vertebra/machine.json (XDG_CACHE_HOME is respected):
//   chromium  path of a Chrome or Chromium, or null
//   vulkan    software Vulkan drivers that Dawn accepts, best first: name -> { icd, libraryPath? }
//             icd          the driver's manifest, to be named in VK_ICD_FILENAMES
//             libraryPath  folder with libvulkan.so.1 and the driver's own libraries, to be put on LD_LIBRARY_PATH
//                          before the process starts (the dynamic loader reads it only then)
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vertebra')
export const machineFile = join(cacheFolder, 'machine.json')

/** @typedef {{ icd: string, libraryPath?: string }} VulkanDriver */
/** @typedef {{ chromium: string | null, vulkan: Record<string, VulkanDriver> }} Machine */

/** @returns {Machine} */
export function readMachine() {
  try {
    return JSON.parse(readFileSync(machineFile, 'utf8'))
  } catch {
    return { chromium: null, vulkan: {} }
  }
}

/** The first of these drivers that this machine has: llvmpipe is about four times faster and has f16. */
export function preferredDriver(machine = readMachine(), names = ['llvmpipe', 'swiftshader']) {
  return names.find((name) => machine.vulkan[name])
}

/**
 * The environment in which a new process sees one software driver.
 * @param {string | undefined} name a key of machine.vulkan
 * @returns {Record<string, string>}
 */
export function vulkanEnvironment(name, machine = readMachine()) {
  const driver = name === undefined ? undefined : machine.vulkan[name]
  if (!driver) return {}
  return { VK_ICD_FILENAMES: driver.icd, ...libraryEnvironment(machine) }
}

/** LD_LIBRARY_PATH with every folder the drivers need, also for a real GPU when the system lacks the Vulkan loader. */
export function libraryEnvironment(machine = readMachine()) {
  const before = (process.env.LD_LIBRARY_PATH ?? '').split(':')
  const folders = Object.values(machine.vulkan).map((driver) => driver.libraryPath)
  const all = [...new Set([...folders, ...before])].filter(Boolean)
  return all.length === 0 ? {} : { LD_LIBRARY_PATH: all.join(':') }
}

/** Whether the kernel shows a graphics device, so that the system's own driver is the better choice. */
export function hasGraphicsDevice() {
  if (existsSync('/dev/nvidia0')) return true
  try {
    return readdirSync('/dev/dri').some((name) => name.startsWith('renderD'))
  } catch {
    return process.platform !== 'linux'
  }
}
