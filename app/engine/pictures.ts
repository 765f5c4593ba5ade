/**
 * Pictures that people bring: brought to the design's input as timm does it, kept in pictureStore, and the current one
 * given to the run. A picture that cannot be used changes nothing; the reason is a sentence.
 */
import {
  type Document,
  type PreprocessOptions,
  type Probe,
  probeTitle,
  usualPreprocessing,
} from '../../engine/index'
import { loadCatalogue } from '../state/catalogue'
import { useDocumentStore } from '../state/documentStore'
import {
  currentPicture,
  type KeptPicture,
  mostPictures,
  type PictureSource,
  tensorOf,
  usePictureStore,
} from '../state/pictureStore'
import { presetOf } from '../state/presetFacts'
import { useRunStore } from '../state/runStore'
import { notify } from '../ui/notify'
import { PictureDesk } from './PictureDesk'

const byteLimit = 60_000_000

export interface PictureSample {
  readonly name: string
  readonly file: string
}

/** Free to ship: see public/pictures/LICENCES.txt. */
export const samples: readonly PictureSample[] = [
  { name: 'Cat', file: 'pictures/chelsea.png' },
  { name: 'Astronaut', file: 'pictures/astronaut.png' },
  { name: 'Coffee', file: 'pictures/coffee.png' },
  { name: 'Rocket', file: 'pictures/rocket.jpg' },
]

const desk = new PictureDesk(
  () => new Worker(new URL('./pictureWorker.ts', import.meta.url), { type: 'module', name: 'pictures' }),
)

/** What timm does to a picture before it enters this design: its preset's own way, else the usual one. */
const preprocessingOf = (design: Document) => presetOf(design)?.preprocessing ?? usualPreprocessing

function optionsNow(): PreprocessOptions {
  const design = useDocumentStore.getState().document
  const { height, width } = design.input
  return { ...preprocessingOf(design), height, width }
}

// ---- bringing ----

interface Brought {
  readonly name: string
  readonly blob: Blob
}

/** Adds pictures; the first of them is shown. What cannot be used is said in one notice. */
export async function takePictures(
  brought: readonly Brought[],
  source: PictureSource,
  isShown = true,
): Promise<void> {
  const problems: string[] = []
  let isFirst = isShown
  for (const [index, { name, blob }] of brought.entries()) {
    if (usePictureStore.getState().pictures.length >= mostPictures) {
      const left = brought.length - index
      problems.push(
        `There is room for ${mostPictures} pictures; ${left} ${left === 1 ? 'was' : 'were'} left out. Remove some first.`,
      )
      break
    }
    try {
      // Read once: a file that changes or goes away later does not matter any more.
      const content = await bytesOf(name, blob)
      await keep({ name, source, content }, isFirst)
      isFirst = false
    } catch (error) {
      problems.push(sentenceOf(error))
    }
  }
  const [first, ...rest] = problems
  if (first === undefined) return
  const more = rest.length === 0 ? '' : ` (${rest.length} more could not be used.)`
  notify.problem(`${first}${more}`)
}

/** A sample that is there already is shown again. */
export async function takeSample({ name, file }: PictureSample, isShown = true): Promise<void> {
  const { pictures, choose } = usePictureStore.getState()
  const known = pictures.find((picture) => picture.source === 'sample' && picture.name === name)
  if (known) return choose(known.id)
  try {
    const response = await fetch(new URL(file, document.baseURI))
    await takePictures([{ name, blob: await response.blob() }], 'sample', isShown)
  } catch {
    notify.problem(`The sample ${name} could not be fetched.`)
  }
}

/** What the page opens with, unless somebody was faster. The first run waits for it. */
export async function takeFirstSample(): Promise<void> {
  const [sample] = samples
  if (!sample) return
  useRunStore.getState().set({ isPicturePending: true })
  await takeSample(sample, false)
  present()
}

/** What is on the clipboard, when it is asked for by a button; the browser may ask the person first. */
export async function pastePicture(): Promise<void> {
  const advice = 'copy one and press Ctrl+V anywhere on the page.'
  try {
    const items = await navigator.clipboard.read()
    const blobs = await Promise.all(
      items.flatMap((item) => {
        const type = item.types.find((each) => each.startsWith('image/'))
        return type === undefined ? [] : [item.getType(type)]
      }),
    )
    if (blobs.length === 0) notify.problem(`There is no picture on the clipboard: ${advice}`)
    await takePictures(
      blobs.map((blob) => ({ name: 'Pasted picture', blob })),
      'clipboard',
    )
  } catch {
    notify.problem(`This browser does not let the page read the clipboard: ${advice}`)
  }
}

export async function addProbe(probe: Probe): Promise<void> {
  if (usePictureStore.getState().pictures.length >= mostPictures) {
    notify.problem(`There is room for ${mostPictures} pictures. Remove one first.`)
    return
  }
  await keep({ name: probeTitle(probe), source: 'probe', content: probe }, true)
}

/** Another probe, or the camera's next frame, in the place of the one before. */
export async function changeContent(id: number, content: Blob | Probe): Promise<void> {
  const { pictures, change } = usePictureStore.getState()
  const picture = pictures.find((candidate) => candidate.id === id)
  if (!picture) return
  const name = content instanceof Blob ? picture.name : probeTitle(content)
  const seen = await desk.see(name, content, optionsNow())
  change(id, { name, content, seen })
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function bytesOf(name: string, blob: Blob): Promise<Blob> {
  const megabytes = (bytes: number) => Math.round(bytes / 1e6)
  if (blob.size > byteLimit) {
    throw new Error(`${name} has ${megabytes(blob.size)} MB; the limit is ${megabytes(byteLimit)} MB.`)
  }
  const bytes = await blob.arrayBuffer().catch(() => {
    throw new Error(`${name} cannot be read.`)
  })
  return new Blob([bytes], { type: blob.type })
}

async function keep(picture: Omit<KeptPicture, 'id' | 'seen'>, isCurrent: boolean): Promise<void> {
  // How pictures are brought to this design is known with its preset.
  await loadCatalogue()
  const seen = await desk.see(picture.name, picture.content, optionsNow())
  usePictureStore.getState().add({ ...picture, seen }, isCurrent)
}

// ---- following the design ----

/** Gives the run the current picture, and sees all of them again when the design's input or preprocessing changes. */
export function followPictures(): () => void {
  const unsubscribe = [
    useDocumentStore.subscribe((state, before) => {
      if (state.document !== before.document) present()
    }),
    usePictureStore.subscribe(present),
  ]
  present()
  return () => {
    for (const stop of unsubscribe) stop()
  }
}

const isFresh = ({ seen }: KeptPicture, options: PreprocessOptions): boolean =>
  seen.options.width === options.width &&
  seen.options.height === options.height &&
  seen.options.crop === options.crop &&
  seen.options.mean === options.mean &&
  seen.options.std === options.std &&
  seen.options.filter === options.filter &&
  seen.options.mode === options.mode

/** The kept picture that the run has. */
let presented: KeptPicture | null = null

function present(): void {
  const { isPicturePending: wasPending, set } = useRunStore.getState()
  const options = optionsNow()
  const current = currentPicture(usePictureStore.getState())
  const isPicturePending = current !== null && !isFresh(current, options)
  if (isPicturePending !== wasPending) set({ isPicturePending })
  if (!isPicturePending && current !== presented) {
    presented = current
    set({
      picture: current && { name: current.name, view: current.seen.view, tensor: tensorOf(current) },
    })
  }
  if (usePictureStore.getState().pictures.some((picture) => !isFresh(picture, options))) void seeAgain()
}

let isSeeingAgain = false

/** One after the other, the current one first. */
async function seeAgain(): Promise<void> {
  if (isSeeingAgain) return
  isSeeingAgain = true
  try {
    await loadCatalogue()
    for (;;) {
      const options = optionsNow()
      const { pictures, change, remove } = usePictureStore.getState()
      const stale = pictures.filter((picture) => !isFresh(picture, options))
      const current = currentPicture(usePictureStore.getState())
      const next = stale.find((picture) => picture === current) ?? stale[0]
      if (!next) return
      try {
        const seen = await desk.see(next.name, next.content, options)
        // Meanwhile it may have got another content, which was seen for itself.
        const now = usePictureStore.getState().pictures.find(({ id }) => id === next.id)
        if (now?.content === next.content) change(next.id, { seen })
      } catch (error) {
        remove(next.id)
        notify.problem(`${sentenceOf(error)} It was removed.`)
      }
    }
  } finally {
    isSeeingAgain = false
  }
}
