/** What the hub's code asks of the platform's fetch. */

export type Fetch = (
  address: string,
  options: {
    readonly headers?: Record<string, string>
    readonly signal: AbortSignal
    readonly credentials: 'omit'
    readonly referrerPolicy: 'no-referrer'
    readonly cache: 'no-store'
  },
) => Promise<Answer>

export interface Answer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: { getReader(): BodyReader } | null
}

interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array<ArrayBuffer> | undefined }>
  cancel(): Promise<void>
}

/** Neither cookies nor where the question comes from are sent. */
export const plainly = { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' } as const
