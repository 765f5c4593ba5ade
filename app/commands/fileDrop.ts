/** Files dropped anywhere on the page: a picture to run on, a design to open, or weights to run with. */
import { takePicture } from '../engine/picture'
import { offerWeights } from '../engine/weights'
import { useRunStore } from '../state/runStore'
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
  const file = event.dataTransfer?.files[0]
  if (!file) return
  event.preventDefault()
  void takeFile(file)
}

async function takeFile(file: File): Promise<void> {
  if (file.name.endsWith('.json')) return openDesignFile(file)
  if (/\.safetensors$/i.test(file.name)) return offerWeights(file)
  if (/\.(?:pth|pt|ckpt|bin|pkl|h5|npz)$/.test(file.name)) {
    notify.problem(`${file.name} may hold code, and is not opened here; save its weights as safetensors.`)
    return
  }
  const isTaken = await takePicture(file, file.name)
  if (!isTaken) notify.problem(useRunStore.getState().pictureProblem ?? `${file.name} cannot be opened here.`)
}
