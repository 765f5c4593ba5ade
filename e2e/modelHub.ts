/**
 * The model hub on this machine: the browser is told that its names lead here, so that the page asks the real addresses under
 * its real content policy.
 */
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import { selfSigned } from './certificate'

const port = Number(process.env.VERTEBRA_PORT) + 20_000
const revision = '0123456789abcdef0123456789abcdef01234567'

/** Browser arguments under which the hub's names lead to this machine, whatever certificate it shows. */
export const towardsModelHub = [
  `--host-resolver-rules=MAP huggingface.co:443 127.0.0.1:${port}, MAP *.hf.co:443 127.0.0.1:${port}, MAP other.example:443 127.0.0.1:${port}`,
  '--ignore-certificate-errors',
]

export class ModelHub {
  /** What was asked for, host and path, with the range of bytes where one was. */
  readonly asked: string[] = []
  /** Stops after so many bytes of an answer and leaves the connection open; null sends all. */
  silentAfter: number | null = null
  /** Where the file's address leads. */
  leadsTo = 'us.aws.cdn.hf.co'
  /** Whether pages of other origins may read the bytes. */
  letsPagesRead = true
  readonly #server: Server

  constructor(name: string, file: Buffer) {
    const sha256 = createHash('sha256').update(file).digest('hex')
    this.#server = createServer(selfSigned('huggingface.co'), (request, response) => {
      const { host = '', range, origin = '' } = request.headers
      const path = request.url ?? ''
      this.asked.push(`${host}${path}${range ? ` ${range}` : ''}`)
      const open = { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' }
      if (host === 'huggingface.co' && path === `/api/models/timm/${name}?blobs=true`) {
        const lfs = { sha256, size: file.length, pointerSize: 134 }
        const siblings = [{ rfilename: 'model.safetensors', size: file.length, lfs }]
        const about = {
          sha: revision,
          siblings,
          gated: false,
          cardData: { license: 'apache-2.0' },
          lastModified: '2025-01-21T21:31:00.000Z',
        }
        response.writeHead(200, { ...open, 'Content-Type': 'application/json' }).end(JSON.stringify(about))
      } else if (
        host === 'huggingface.co' &&
        path === `/timm/${name}/resolve/${revision}/model.safetensors`
      ) {
        response.writeHead(302, { ...open, Location: `https://${this.leadsTo}/bytes?signature=x` }).end()
      } else if (path === '/bytes?signature=x') {
        const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
        response.writeHead(range ? 206 : 200, {
          ...(this.letsPagesRead ? { 'Access-Control-Allow-Origin': '*' } : {}),
          ...(range ? { 'Content-Range': `bytes ${from}-${file.length - 1}/${file.length}` } : {}),
        })
        if (this.silentAfter === null) response.end(file.subarray(from))
        else response.write(file.subarray(from, from + this.silentAfter))
      } else {
        response.writeHead(404, open).end('{"error":"Repository not found"}')
      }
    })
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
