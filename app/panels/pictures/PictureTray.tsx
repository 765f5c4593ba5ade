import { Eye, Plus, VideoOff, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { type ProbeKind, probeKinds, probes } from '../../../engine/index'
import { keepCamera, stopCamera } from '../../engine/camera'
import { addProbe, pastePicture, samples, takePictures, takeSample } from '../../engine/pictures'
import { useCameraStore } from '../../state/cameraStore'
import { type KeptPicture, usePictureStore } from '../../state/pictureStore'
import { IconButton } from '../../ui/IconButton'
import { Menu } from '../../ui/Menu'
import { CameraDialog } from './CameraDialog'
import { SeenDialog } from './SeenDialog'
import './PictureTray.css'

const icon = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const

/** The pictures that there are, one of them current, and the ways to get more; dropping and pasting work anywhere on the page. */
export function PictureTray() {
  const pictures = usePictureStore((state) => state.pictures)
  const currentId = usePictureStore((state) => state.currentId)
  const isLive = useCameraStore((state) => state.status === 'live')
  const [dialog, setDialog] = useState<'seen' | 'camera' | null>(null)
  const tray = useRef<HTMLDivElement>(null)
  const { choose, remove } = usePictureStore.getState()

  useEffect(() => keepCamera(), [])
  // The current one may lie outside what is scrolled to.
  useEffect(() => {
    tray.current?.querySelector(`[data-picture="${currentId}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [currentId])

  const chooseAndFocus = (picture: KeptPicture | undefined) => {
    if (!picture) return
    choose(picture.id)
    tray.current?.querySelector<HTMLElement>(`[data-picture="${picture.id}"]`)?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const index = pictures.findIndex(({ id }) => id === currentId)
    if (event.key === 'Delete' || event.key === 'Backspace') {
      if (currentId === null) return
      event.preventDefault()
      const next = pictures[index + 1] ?? pictures[index - 1]
      chooseAndFocus(next)
      remove(currentId)
      return
    }
    const next = nextOf(event.key, index, pictures.length)
    if (next === null) return
    event.preventDefault()
    chooseAndFocus(pictures[next])
  }

  return (
    <div className="picture-tray" ref={tray} data-wide={pictures.length > 3 || isLive || undefined}>
      <div className="picture-tray-actions">
        <AddMenu onCamera={() => setDialog('camera')} onProbe={() => setDialog('seen')} />
        <IconButton
          label="What the network sees"
          side="right"
          disabled={currentId === null}
          onClick={() => setDialog('seen')}
        >
          <Eye {...icon} />
        </IconButton>
        {isLive && (
          <IconButton label="Stop the camera" className="picture-live" side="right" onClick={stopCamera}>
            <VideoOff {...icon} />
          </IconButton>
        )}
      </div>
      {pictures.length > 0 && (
        <div className="picture-tray-list" role="radiogroup" aria-label="Pictures" onKeyDown={onKeyDown}>
          {pictures.map((picture) => (
            <div key={picture.id} className="picture-tray-item">
              {/* biome-ignore lint/a11y/useSemanticElements: a picture to press, not a round button */}
              <button
                type="button"
                role="radio"
                data-picture={picture.id}
                className="picture-tray-choice"
                aria-checked={picture.id === currentId}
                aria-label={picture.name}
                title={picture.name}
                tabIndex={picture.id === currentId ? 0 : -1}
                onClick={() => choose(picture.id)}
              >
                <Thumbnail bitmap={picture.seen.thumbnail} />
              </button>
              <button
                type="button"
                className="picture-tray-remove"
                aria-label={`Remove ${picture.name}`}
                tabIndex={-1}
                onClick={() => remove(picture.id)}
              >
                <X size={11} strokeWidth={2.2} aria-hidden="true" />
              </button>
            </div>
          ))}
        </div>
      )}
      <SeenDialog isOpen={dialog === 'seen' && currentId !== null} onClose={() => setDialog(null)} />
      <CameraDialog isOpen={dialog === 'camera'} onClose={() => setDialog(null)} />
    </div>
  )
}

function AddMenu({ onCamera, onProbe }: { readonly onCamera: () => void; readonly onProbe: () => void }) {
  const files = useRef<HTMLInputElement>(null)
  const add = (kind: ProbeKind) => void addProbe(probes[kind].usual).then(onProbe)
  return (
    <>
      <Menu
        items={[
          { label: 'Choose files…', onSelect: () => files.current?.click() },
          { label: 'Paste', shortcut: 'mod+v', onSelect: () => void pastePicture() },
          { label: 'Camera…', onSelect: onCamera },
          'line',
          ...samples.map((sample) => ({ label: sample.name, onSelect: () => void takeSample(sample) })),
          'line',
          ...probeKinds.map((kind) => ({
            label: probes[kind].title,
            hint: 'probe',
            onSelect: () => add(kind),
          })),
        ]}
      >
        <button
          type="button"
          className="icon-button picture-add"
          aria-label="Add pictures"
          title="Add pictures"
        >
          <Plus {...icon} />
        </button>
      </Menu>
      <input
        ref={files}
        type="file"
        accept="image/*"
        multiple
        className="spoken"
        tabIndex={-1}
        aria-label="Picture files"
        onChange={({ target }) => {
          const chosen = [...(target.files ?? [])].map((file) => ({ name: file.name, blob: file }))
          target.value = ''
          void takePictures(chosen, 'file')
        }}
      />
    </>
  )
}

function Thumbnail({ bitmap }: { readonly bitmap: ImageBitmap }) {
  return (
    <canvas
      ref={(canvas) => {
        if (!canvas) return
        canvas.width = bitmap.width
        canvas.height = bitmap.height
        canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
      }}
    />
  )
}

/** Round and round, as radio buttons go; null for other keys. */
function nextOf(key: string, index: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return (index + 1) % count
    case 'ArrowLeft':
    case 'ArrowUp':
      return (index - 1 + count) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
