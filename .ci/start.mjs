// `npm start`: installs what is missing, builds the app if it is older than its sources, serves it and prints the address.
//
//   node .ci/start.mjs [--port 4173] [--exact-port]     without --exact-port a taken port means the next free one
import { spawnSync } from 'node:child_process'
import { createReadStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { headers } from './headers.mjs'
import { installPackages } from './setup.mjs'
import { root, sourceStamp } from './sources.mjs'

const dist = join(root, 'dist')
const stampFile = join(root, 'node_modules/.cache/vertebra/app-stamp')
const sources = [
  'app',
  'engine',
  'shaders',
  'public',
  'index.html',
  'vite.config.ts',
  '.ci/headers.mjs',
  'package-lock.json',
]

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env.PORT ?? '4173' },
    'exact-port': { type: 'boolean', default: false },
  },
})

try {
  installPackages()
  build()
  listen(Number(values.port))
} catch (error) {
  process.stderr.write(`start: ${error.message}\n`)
  process.exitCode = 1
}

/** The stamp is written after the build, so a failed or interrupted build is made again. */
function build() {
  const stamp = sourceStamp(sources)
  const built = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : ''
  if (built === stamp && existsSync(join(dist, 'index.html'))) return
  console.log('start: building the app.')
  const vite = spawnSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (vite.status !== 0) throw new Error('the build failed; see above.')
  mkdirSync(join(stampFile, '..'), { recursive: true })
  writeFileSync(stampFile, stamp)
}

function listen(port, triesLeft = values['exact-port'] ? 0 : 50) {
  const server = createServer(answer)
  server.on('error', (error) => {
    if (error.code === 'EADDRINUSE' && triesLeft > 0) return listen(port + 1, triesLeft - 1)
    process.stderr.write(`start: port ${port} cannot be used (${error.code}).\n`)
    process.exitCode = 1
  })
  server.listen(port, '127.0.0.1', () =>
    console.log(`Vertebra is at http://localhost:${port}/ (Ctrl+C stops it)`),
  )
}

function answer(request, response) {
  const file = requestedFile(request.url ?? '/')
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response, 405, 'Only GET and HEAD.')
  if (!file) return refuse(response, 404, 'Not found.')
  // Vite puts a hash of the content into the names under assets/.
  const caching = file.startsWith(join(dist, 'assets') + sep)
    ? 'public, max-age=31536000, immutable'
    : 'no-cache'
  const type = types[extname(file)] ?? 'application/octet-stream'
  response.writeHead(200, {
    ...headers,
    'Content-Type': type,
    'Content-Length': statSync(file).size,
    'Cache-Control': caching,
  })
  if (request.method === 'HEAD') response.end()
  else
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response)
}

function requestedFile(url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname)
    const file = normalize(join(dist, path.endsWith('/') ? `${path}index.html` : path))
    return file.startsWith(dist + sep) && statSync(file).isFile() ? file : undefined
  } catch {
    return undefined
  }
}

function refuse(response, status, sentence) {
  response.writeHead(status, { ...headers, 'Content-Type': types['.txt'] })
  response.end(sentence)
}
