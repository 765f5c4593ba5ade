/**
 * What the engine may ask of any host: the few globals that the page, a worker and Node share.
 * Anything else belongs to engine/worker, engine/node or the app.
 */

declare module '*.wgsl?raw' {
  const source: string
  export default source
}

declare const performance: { now(): number }
declare const console: Record<'debug' | 'info' | 'warn' | 'error', (...values: unknown[]) => void>

type TimerHandle = { readonly timer: unique symbol }
declare function setTimeout(callback: () => void, ms?: number): TimerHandle
declare function clearTimeout(handle: TimerHandle | undefined): void
interface Blob {
  readonly size: number
  arrayBuffer(): Promise<ArrayBuffer>
}
interface AbortSignal {
  readonly aborted: boolean
}
declare function queueMicrotask(callback: () => void): void
declare function structuredClone<T>(value: T): T
declare function btoa(bytes: string): string
declare function atob(base64: string): string

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: ArrayBufferView | ArrayBuffer): string
}

interface ByteReader {
  read(): Promise<{ done: false; value: Uint8Array<ArrayBuffer> } | { done: true; value?: undefined }>
  cancel(reason?: unknown): Promise<void>
}
interface ByteWriter {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
}
interface ByteTransform {
  readonly readable: { getReader(): ByteReader }
  readonly writable: { getWriter(): ByteWriter }
}
declare const CompressionStream: new (format: 'deflate' | 'deflate-raw' | 'gzip') => ByteTransform
declare const DecompressionStream: new (format: 'deflate' | 'deflate-raw' | 'gzip') => ByteTransform
