/** A hub on this machine with one file, which can misbehave in the ways that networks and hosts do. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What one request for the file's bytes is answered with, beside the plain way. */
export type Trouble =
  /** The connection breaks after so many bytes. */
  | { readonly kind: 'breaks'; readonly after: number }
  /** The answer ends properly after so many bytes. */
  | { readonly kind: 'short'; readonly after: number }
  /** Nothing comes after so many bytes, and the connection stays open. */
  | { readonly kind: 'silent'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number }
  /** The whole file, whatever range was asked for. */
  | { readonly kind: 'noRanges' }
  /** Another file of the same length. */
  | { readonly kind: 'otherFile' }
  /** A range of a file of another length. */
  | { readonly kind: 'otherLength' }
  | { readonly kind: 'tooMuch' }

export interface HubServer {
  readonly address: string
  /** How the next requests for bytes go wrong, one after the other. */
  readonly troubles: Trouble[]
  /** The ranges that were asked for. */
  readonly asked: (string | undefined)[]
  close(): Promise<void>
}

const revision = 'a'.repeat(40)

export const aboutOf = (bytes: Uint8Array, changes: object = {}): object => ({
  id: 'timm/some',
  sha: revision,
  lastModified: '2024-02-09T23:30:01.000Z',
  gated: false,
  cardData: { license: 'apache-2.0' },
  siblings: [
    { rfilename: 'README.md', size: 10 },
    {
      rfilename: 'model.safetensors',
      size: bytes.length,
      lfs: { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, pointerSize: 134 },
    },
  ],
  ...changes,
})

/** Answers as the hub does: the file's address leads to another one, where the bytes are. */
export async function startHub(
  name: string,
  bytes: Uint8Array,
  about: unknown = aboutOf(bytes),
): Promise<HubServer> {
  const troubles: Trouble[] = []
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://hub')
    if (pathname === `/api/models/timm/${name}` && search === '?blobs=true') {
      response.end(typeof about === 'string' ? about : JSON.stringify(about))
    } else if (pathname === `/timm/${name}/resolve/${revision}/model.safetensors`) {
      response.writeHead(302, { Location: '/elsewhere?signature=1' }).end()
    } else if (pathname === '/elsewhere') {
      asked.push(request.headers.range)
      sendBytes(request, response, bytes, troubles.shift())
    } else {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}`, troubles, asked, close: () => closed(server) }
}

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

function sendBytes(
  { headers }: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array,
  trouble: Trouble | undefined,
): void {
  if (trouble?.kind === 'status') {
    response.writeHead(trouble.status).end()
    return
  }
  const from = trouble?.kind === 'noRanges' ? 0 : Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
  const content = trouble?.kind === 'otherFile' ? file.map((byte) => byte ^ 255) : file
  const body =
    trouble?.kind === 'tooMuch' ? Buffer.concat([content.subarray(from), file]) : content.subarray(from)
  const total = trouble?.kind === 'otherLength' ? file.length + 1 : file.length
  if (headers.range && trouble?.kind !== 'noRanges') {
    response.writeHead(206, { 'Content-Range': `bytes ${from}-${from + body.length - 1}/${total}` })
  }
  switch (trouble?.kind) {
    case 'breaks':
      response.write(body.subarray(0, trouble.after), () => setTimeout(() => response.destroy(), 50))
      return
    case 'short':
      response.end(body.subarray(0, trouble.after))
      return
    case 'silent':
      response.write(body.subarray(0, trouble.after))
      return
    default:
      response.end(body)
  }
}
