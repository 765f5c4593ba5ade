import { expect, test } from 'vitest'
import { PictureDesk, type PictureWorkerPort } from './PictureDesk'
import type { PictureAnswer, PictureQuestion } from './pictureWorker'

class FakeWorker implements PictureWorkerPort {
  readonly questions: PictureQuestion[] = []
  isTerminated = false
  onmessage: PictureWorkerPort['onmessage'] = null
  onerror: PictureWorkerPort['onerror'] = null
  postMessage(question: PictureQuestion): void {
    this.questions.push(question)
  }
  terminate(): void {
    this.isTerminated = true
  }
  answer(data: unknown): void {
    this.onmessage?.({ data } as MessageEvent<PictureAnswer>)
  }
}

const options = { width: 4, height: 4, crop: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const

function openDesk() {
  const workers: FakeWorker[] = []
  const desk = new PictureDesk(() => {
    const worker = new FakeWorker()
    workers.push(worker)
    return worker
  })
  return { desk, workers }
}

test('answers go to their own questions, with the very options that were asked', async () => {
  const { desk, workers } = openDesk()
  const first = desk.see('a', new Blob(), options)
  const second = desk.see('b', new Blob(), options)
  workers[0]?.answer({ id: 2, problem: 'b cannot be decoded here.' })
  workers[0]?.answer({ id: 1, seen: { original: { width: 9, height: 9 } } })
  await expect(second).rejects.toThrow('b cannot be decoded here.')
  const seen = await first
  expect(seen.original).toEqual({ width: 9, height: 9 })
  expect(seen.options).toBe(options)
  expect(workers).toHaveLength(1)
})

test('a picture that takes the worker down is refused, and the next one gets another worker', async () => {
  const { desk, workers } = openDesk()
  const broken = desk.see('vast.png', new Blob(), options)
  workers[0]?.onerror?.({ message: 'out of memory', preventDefault: () => undefined } as ErrorEvent)
  await expect(broken).rejects.toThrow('vast.png could not be decoded: out of memory.')
  expect(workers[0]?.isTerminated).toBe(true)
  const next = desk.see('small.png', new Blob(), options)
  workers[1]?.answer({ id: 2, seen: { original: { width: 1, height: 1 } } })
  expect((await next).original).toEqual({ width: 1, height: 1 })
})
