import { vi } from 'vitest'
import { main } from '../main'

/** Runs a command and answers its exit code and what it wrote. */
export async function vertebra(
  ...args: string[]
): Promise<{ readonly code: number; readonly out: string; readonly complaints: string }> {
  let out = ''
  let complaints = ''
  const streams = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += text
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      complaints += text
      return true
    }),
  ]
  try {
    const code = await main(args)
    return { code, out, complaints }
  } finally {
    for (const stream of streams) stream.mockRestore()
  }
}
