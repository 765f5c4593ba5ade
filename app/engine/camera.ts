/** The camera: off until asked, off again when its dialog closes, when the page is hidden and when its picture is removed. */
import { useCameraStore } from '../state/cameraStore'
import { usePictureStore } from '../state/pictureStore'
import { useRunStore } from '../state/runStore'
import { changeContent, takePictures } from './pictures'

/** Between two live frames at least; a run is asked for within this time. */
const frameDelayMs = 250

/** Draws what the camera shows: off the page, so that it goes on when the dialog is closed. */
let video: HTMLVideoElement | null = null
let timer: ReturnType<typeof setTimeout> | undefined
let captures = 0
let keepers = 0

export async function startCamera(): Promise<void> {
  useCameraStore.setState({ status: 'starting', problem: null })
  document.addEventListener('visibilitychange', stopWhenHidden)
  try {
    // Missing where a page may not ask at all: without https, or where its host forbids it.
    const devices: MediaDevices | undefined = navigator.mediaDevices
    if (!devices) throw new DOMException('', 'SecurityError')
    const stream = await devices.getUserMedia({ video: { width: { ideal: 1280 } }, audio: false })
    if (useCameraStore.getState().status !== 'starting') return release(stream)
    stream.getVideoTracks()[0]?.addEventListener('ended', stopCamera)
    useCameraStore.setState({ status: 'preview', stream })
  } catch (error) {
    if (useCameraStore.getState().status !== 'starting') return
    stopCamera()
    useCameraStore.setState({ problem: problemOf(error) })
  }
}

export function stopCamera(): void {
  const { stream } = useCameraStore.getState()
  clearTimeout(timer)
  video = null
  document.removeEventListener('visibilitychange', stopWhenHidden)
  if (stream) release(stream)
  useCameraStore.setState({ status: 'off', stream: null, problem: null })
}

/** To be called by whatever offers to stop the camera, as long as it is drawn: a live camera does not outlast the last of them. */
export function keepCamera(): () => void {
  keepers++
  return () => {
    keepers--
    // From one panel to another there is a moment with none.
    setTimeout(() => keepers === 0 && stopCamera(), 500)
  }
}

/** What the camera shows now becomes a picture. */
export async function capture(): Promise<void> {
  const frame = await frameOf(await playing())
  captures++
  await takePictures([{ name: `Camera ${captures}`, blob: frame }], 'camera')
}

/** From now on one picture follows the camera: a new frame whenever the last one has been run on. */
export async function goLive(): Promise<void> {
  await capture()
  const { currentId } = usePictureStore.getState()
  if (currentId === null || useCameraStore.getState().status !== 'preview') return
  useCameraStore.setState({ status: 'live' })
  followFrames(currentId)
}

function followFrames(id: number): void {
  const { result } = useRunStore.getState()
  const next = async () => {
    const { pictures, currentId } = usePictureStore.getState()
    if (useCameraStore.getState().status !== 'live') return
    if (!pictures.some((picture) => picture.id === id)) return stopCamera()
    const now = useRunStore.getState()
    const isRunning = now.status.kind === 'running' && now.result === result
    // While another picture is looked at, this one rests.
    if (isRunning || currentId !== id) {
      timer = setTimeout(next, frameDelayMs)
      return
    }
    try {
      await changeContent(id, await frameOf(await playing()))
    } catch {
      return stopCamera()
    }
    if (useCameraStore.getState().status === 'live') followFrames(id)
  }
  timer = setTimeout(next, frameDelayMs)
}

async function playing(): Promise<HTMLVideoElement> {
  if (!video) {
    video = document.createElement('video')
    video.muted = true
    video.srcObject = useCameraStore.getState().stream
    await video.play()
  }
  return video
}

async function frameOf(source: HTMLVideoElement): Promise<Blob> {
  const canvas = new OffscreenCanvas(source.videoWidth, source.videoHeight)
  canvas.getContext('2d')?.drawImage(source, 0, 0)
  return canvas.convertToBlob({ type: 'image/png' })
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function stopWhenHidden(): void {
  if (document.visibilityState === 'hidden') stopCamera()
}

function problemOf(error: unknown): string {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return 'This page may not use the camera. Allow it in the address bar, then try again.'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'There is no camera on this machine.'
    case 'NotReadableError':
      return 'The camera is in use by another program, or does not answer.'
    case 'SecurityError':
      return 'This browser gives pages a camera over https only.'
    default:
      return `The camera cannot be started: ${error instanceof Error ? error.message : String(error)}.`
  }
}
