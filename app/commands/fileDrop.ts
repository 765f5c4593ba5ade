/** Files dropped anywhere on the page: pictures to run on, a design to open, or weights to run with. */
import { takePictures } from '../engine/pictures'
import { offerWeights } from '../engine/weights'
import { notify } from '../ui/notify'
import { openDesignFile } from './files'

/** Returns a function that stops it. */
export function listenToFileDrops(): () => void {
  window.addEventListener('dragover', allow)
  window.addEventListener('drop', take)
  return () => {
    window.removeEventListener('dragover', allow)
    window.removeEventListener('drop', take)
  }
}

/** Without this the browser would leave the page to show the file. */
function allow(event: DragEvent): void {
  if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
}

function take(event: DragEvent): void {
  // A panel with a place of its own for pictures has taken it already.
  if (event.defaultPrevented) return
  const files = [...(event.dataTransfer?.files ?? [])]
  if (files.length === 0) return
  event.preventDefault()
  void takeFiles(files)
}

/** One design and one file of weights have room; of pictures there may be many. */
async function takeFiles(files: readonly File[]): Promise<void> {
  const design = files.find(isDesign)
  const weights = files.find(isWeights)
  const refused = files.find(mayHoldCode)
  const pictures = files.filter((file) => !isDesign(file) && !isWeights(file) && !mayHoldCode(file))
  if (design) await openDesignFile(design)
  if (refused) {
    notify.problem(`${refused.name} may hold code, and is not opened here; save its weights as safetensors.`)
  }
  if (weights) await offerWeights(weights)
  await takePictures(
    pictures.map((file) => ({ name: file.name, blob: file })),
    'file',
  )
}

const isDesign = ({ name }: File): boolean => name.endsWith('.json')
const isWeights = ({ name }: File): boolean => /\.safetensors$/i.test(name)
const mayHoldCode = ({ name }: File): boolean => /\.(?:pth|pt|ckpt|bin|pkl|h5|npz)$/.test(name)
