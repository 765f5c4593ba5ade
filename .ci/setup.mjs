// Installs what is missing: packages, a browser, software Vulkan. Plain Node, no dependencies; under a second when all is there.
//
//   node .ci/setup.mjs             everything
//   node .ci/setup.mjs packages    only node_modules
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder, machineFile, readMachine, vulkanEnvironment } from './machine.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const say = (sentence) => process.stderr.write(`setup: ${sentence}\n`)

/** Runs `npm ci` unless node_modules already holds what package-lock.json asks for. Throws when it cannot. */
export function installPackages() {
  if (packagesAreCurrent()) return
  say('installing packages with npm ci.')
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) throw new Error('npm ci failed; see its output above.')
}

function packagesAreCurrent() {
  const wanted = lockedPackages('package-lock.json')
  const installed = lockedPackages('node_modules/.package-lock.json')
  if (!wanted || !installed) return false
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version,
  )
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * Finds or installs a browser and software Vulkan, and remembers them in machine.json.
 * What could not be had is missing from the answer; a sentence says so.
 */
export function prepareMachine() {
  const known = readMachine()
  const machine = { chromium: existingBrowser(known) ?? installBrowser(), vulkan: {} }
  const llvmpipe = existingDriver(known.vulkan.llvmpipe) ?? setUpLlvmpipe()
  if (llvmpipe) machine.vulkan.llvmpipe = llvmpipe
  const swiftshader = existingDriver(known.vulkan.swiftshader) ?? setUpSwiftShader(machine, llvmpipe)
  if (swiftshader) machine.vulkan.swiftshader = swiftshader
  if (JSON.stringify(machine) !== JSON.stringify(known)) remember(machine)
  return machine
}

function remember(machine) {
  mkdirSync(cacheFolder, { recursive: true })
  writeFileSync(`${machineFile}.new`, `${JSON.stringify(machine, null, 2)}\n`)
  renameSync(`${machineFile}.new`, machineFile)
  say(`wrote ${machineFile}.`)
}

function machineSummary(machine) {
  const drivers = Object.keys(machine.vulkan).join(' and ') || 'no software Vulkan'
  return `packages are current; browser: ${machine.chromium ?? 'none'}; drivers: ${drivers}.`
}

// --- browser -----------------------------------------------------------------------------------------------------

const browserNames = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']

function existingBrowser(known) {
  const named = [process.env.CHROME_PATH, known.chromium].find((path) => path && existsSync(path))
  return named ?? browserOnPath() ?? playwrightBrowser()
}

function browserOnPath() {
  const folders = (process.env.PATH ?? '').split(':')
  const macs = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']
  const paths = [...browserNames.flatMap((name) => folders.map((folder) => join(folder, name))), ...macs]
  return paths.find((path) => existsSync(path) && starts(path))
}

/** Playwright's own Chromium, when it is there and starts (it comes without its system libraries). */
function playwrightBrowser() {
  const asked = spawnSync(
    process.execPath,
    ['-e', "process.stdout.write(require('@playwright/test').chromium.executablePath())"],
    { cwd: root, encoding: 'utf8' },
  )
  const path = asked.stdout.trim()
  return path && existsSync(path) && starts(path) ? path : undefined
}

const starts = (browser) => spawnSync(browser, ['--version'], { timeout: 20_000 }).status === 0

function installBrowser() {
  say("no Chrome or Chromium found; trying Playwright's own download.")
  const downloaded = spawnSync(
    process.execPath,
    ['node_modules/@playwright/test/cli.js', 'install', 'chromium'],
    {
      cwd: root,
      stdio: 'ignore',
      timeout: 300_000,
      env: { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' },
    },
  )
  const browser = downloaded.status === 0 ? playwrightBrowser() : undefined
  if (browser) return browser
  say('that did not work; trying the system package manager.')
  if (canInstallSystemPackages() && aptGet(['update']) && aptGet(['install', '-y', 'chromium']))
    return browserOnPath() ?? null
  say(
    'there is no browser: install Chrome or Chromium (or name one in CHROME_PATH) for the end-to-end tests.',
  )
  return null
}

// --- software Vulkan ---------------------------------------------------------------------------------------------

function existingDriver(driver) {
  const isThere = driver && existsSync(driver.icd) && (!driver.libraryPath || existsSync(driver.libraryPath))
  return isThere ? driver : undefined
}

/** Whether Dawn gets an adapter from this driver (it refuses Mesa 22.3 of Debian 12, for one). */
function dawnAccepts(driver) {
  const machine = { chromium: null, vulkan: { probed: driver } }
  const probe = spawnSync(process.execPath, [join(root, '.ci/probe.mjs')], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, ...vulkanEnvironment('probed', machine) },
  })
  return probe.status === 0 ? JSON.parse(probe.stdout) : undefined
}

/**
 * SwiftShader lies beside Chromium. Dawn also needs the Vulkan loader, libvulkan.so.1: the system's, the one that came with
 * llvmpipe, or Chromium's own.
 */
function setUpSwiftShader(machine, llvmpipe) {
  const icd = swiftShaderManifest(machine.chromium)
  if (!icd) return undefined
  const libraryPaths = [undefined, llvmpipe?.libraryPath, dirname(icd)].filter((path, i) => i === 0 || path)
  for (const libraryPath of libraryPaths) {
    const driver = libraryPath === undefined ? { icd } : { icd, libraryPath }
    if (dawnAccepts(driver)) return driver
  }
  say(`Dawn does not accept the SwiftShader of ${icd}.`)
  return undefined
}

function swiftShaderManifest(chromium) {
  const beside = chromium ? [dirname(realpathSync(chromium))] : []
  const folders = [...beside, '/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome']
  return folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((path) => existsSync(path))
}

/** Mesa's llvmpipe: the system's if Dawn accepts it, else a newer one unpacked into our cache. */
function setUpLlvmpipe() {
  if (process.platform !== 'linux') return undefined
  const icd = systemLlvmpipe()
  if (icd && dawnAccepts({ icd })) return { icd }
  try {
    return unpackLlvmpipe()
  } catch (error) {
    say(
      `llvmpipe could not be set up: ${error.message} Shader tests fall back to SwiftShader, which is slower and has no f16.`,
    )
    return undefined
  }
}

function systemLlvmpipe() {
  const folder = '/usr/share/vulkan/icd.d'
  const name = existsSync(folder) && readdirSync(folder).find((file) => file.startsWith('lvp_icd'))
  return name ? join(folder, name) : undefined
}

/**
 * Downloads mesa-vulkan-drivers and what it needs with apt into a scratch folder, from the system's own sources plus
 * their backports, and keeps only the libraries that the driver loads. The system's packages and lists stay as they are.
 */
function unpackLlvmpipe() {
  if (!commandExists('apt-get') || !commandExists('dpkg')) throw new Error('there is no apt here.')
  say('unpacking llvmpipe (Mesa) into our own cache.')
  const scratch = mkdtempSync(join(tmpdir(), 'vertebra-mesa-'))
  try {
    const archives = downloadMesa(scratch)
    const unpacked = join(scratch, 'root')
    for (const archive of archives) {
      if (!run('dpkg', ['-x', archive, unpacked]))
        throw new Error(`dpkg could not unpack ${basename(archive)}.`)
    }
    const driver = keepDriver(unpacked)
    const adapter = dawnAccepts(driver)
    if (!adapter) throw new Error('Dawn does not accept the Mesa of this distribution.')
    say(`llvmpipe works: ${adapter.description || adapter.device}${adapter.f16 ? ', with f16' : ''}.`)
    return driver
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function downloadMesa(scratch) {
  const release = readRelease()
  const sources = systemSources(release)
  if (sources.length === 0) throw new Error(`no apt source for ${release} was found.`)
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(scratch, folder), { recursive: true })
  const list = join(scratch, 'vertebra.sources')
  const options = [
    `Dir::State::lists=${join(scratch, 'lists')}`,
    `Dir::Cache=${join(scratch, 'cache')}`,
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Debug::NoLocking=1',
    'Acquire::Retries=3',
  ].flatMap((option) => ['-o', option])
  const attempts = [{ backports: true }, { backports: false }]
  for (const { backports } of attempts) {
    const suites = [release, `${release}-updates`, ...(backports ? [`${release}-backports`] : [])]
    writeFileSync(list, sources.map((source) => sourceStanza(source, suites)).join('\n'))
    const target = backports ? ['-t', `${release}-backports`] : []
    const wanted = ['install', '-y', '--download-only', '--no-install-recommends', '--reinstall', ...target]
    if (
      run('apt-get', [...options, 'update']) &&
      run('apt-get', [...options, ...wanted, 'mesa-vulkan-drivers', 'libvulkan1'])
    ) {
      const folder = join(scratch, 'cache/archives')
      return readdirSync(folder)
        .filter((name) => name.endsWith('.deb'))
        .map((name) => join(folder, name))
    }
  }
  throw new Error('apt could not download mesa-vulkan-drivers.')
}

function readRelease() {
  const lines = readFileSync('/etc/os-release', 'utf8').split('\n')
  return (
    lines
      .find((line) => line.startsWith('VERSION_CODENAME='))
      ?.split('=')[1]
      ?.replaceAll('"', '') ?? 'stable'
  )
}

/** The addresses this system already trusts for its release: from deb822 files and from one-line files. */
function systemSources(release) {
  const folder = '/etc/apt/sources.list.d'
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ].filter((file) => existsSync(file))
  const found = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    if (file.endsWith('.sources')) return text.split(/\n\s*\n/).map(readStanza)
    return file.endsWith('.list') ? text.split('\n').map(readOneLine) : []
  })
  const sources = found.filter((source) => source?.suites.includes(release))
  return [...new Map(sources.map((source) => [source.uri, source])).values()]
}

function readStanza(stanza) {
  const fields = {}
  for (const line of stanza.split('\n')) {
    const field = /^([A-Za-z-]+):\s*(.*)$/.exec(line)
    if (field) fields[field[1].toLowerCase()] = field[2].trim()
  }
  if (!fields.uris || fields.enabled === 'no' || !/\bdeb\b/.test(fields.types ?? '')) return undefined
  return {
    uri: fields.uris.split(/\s+/)[0],
    suites: (fields.suites ?? '').split(/\s+/),
    components: fields.components ?? 'main',
    signedBy: fields['signed-by'] || undefined,
  }
}

function readOneLine(line) {
  const parts = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line.trim())
  if (!parts) return undefined
  const signedBy = /signed-by=(\S+)/.exec(parts[1] ?? '')?.[1]
  return { uri: parts[2], suites: [parts[3]], components: parts[4].replace(/#.*/, '').trim(), signedBy }
}

function sourceStanza({ uri, components, signedBy }, suites) {
  const lines = ['Types: deb', `URIs: ${uri}`, `Suites: ${suites.join(' ')}`, `Components: ${components}`]
  if (signedBy) lines.push(`Signed-By: ${signedBy}`)
  return `${lines.join('\n')}\n`
}

/** Copies the driver, the Vulkan loader and what the driver loads from the same download into our cache. */
function keepDriver(unpacked) {
  const files = listFiles(unpacked)
  const library = files.find((file) => basename(file) === 'libvulkan_lvp.so')
  const loader = files.find((file) => basename(file) === 'libvulkan.so.1')
  if (!library) throw new Error('the package holds no libvulkan_lvp.so.')
  const folders = [...new Set(files.filter((file) => file.includes('.so')).map(dirname))].join(':')
  const ldd = spawnSync('ldd', [library], {
    encoding: 'utf8',
    env: { ...process.env, LD_LIBRARY_PATH: folders },
  }).stdout
  const missing = [...ldd.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1])
  if (missing.length > 0) throw new Error(`the driver lacks ${missing.join(', ')}.`)
  const loaded = [...ldd.matchAll(/=> (\S+)/g)]
    .map((match) => match[1])
    .filter((path) => path.startsWith(unpacked))
  const folder = join(cacheFolder, 'mesa')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const file of [library, ...(loader ? [loader] : []), ...loaded])
    copyFileSync(realpathSync(file), join(folder, basename(file)))
  const icd = join(folder, 'lvp_icd.json')
  const manifest = {
    file_format_version: '1.0.0',
    ICD: { library_path: join(folder, basename(library)), api_version: '1.4.305' },
  }
  writeFileSync(icd, `${JSON.stringify(manifest, null, 2)}\n`)
  return { icd, libraryPath: folder }
}

function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? listFiles(path) : [path]
  })
}

// --- the system --------------------------------------------------------------------------------------------------

const commandExists = (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0

const canInstallSystemPackages = () => process.getuid?.() === 0 && commandExists('apt-get')

const aptGet = (words) => run('apt-get', words)

/** Runs a command quietly; its output is shown only if it fails. */
function run(command, words) {
  const done = spawnSync(command, words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 900_000,
    maxBuffer: 64 << 20,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (done.status !== 0)
    say(`${command} ${words.at(-1)} failed:\n${`${done.stdout}${done.stderr}`.trim().slice(-2000)}`)
  return done.status === 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  installPackages()
  if (process.argv[2] !== 'packages') {
    say(machineSummary(prepareMachine()))
  }
}
