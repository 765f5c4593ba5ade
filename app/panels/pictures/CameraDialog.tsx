import { useEffect } from 'react'
import { capture, goLive, startCamera, stopCamera } from '../../engine/camera'
import { useCameraStore } from '../../state/cameraStore'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'

interface CameraDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** What the camera shows, until a frame is taken. Closing it turns the camera off, unless it goes live. */
export function CameraDialog({ isOpen, onClose }: CameraDialogProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Camera" width={520}>
      <Preview onClose={onClose} />
    </Dialog>
  )
}

function Preview({ onClose }: { readonly onClose: () => void }) {
  const status = useCameraStore((state) => state.status)
  const stream = useCameraStore((state) => state.stream)
  const problem = useCameraStore((state) => state.problem)
  useEffect(() => {
    void startCamera()
    return () => {
      if (useCameraStore.getState().status !== 'live') stopCamera()
    }
  }, [])
  const isReady = status === 'preview'
  return (
    <div className="camera">
      <div className="camera-view">
        {problem !== null ? (
          <p role="alert">{problem}</p>
        ) : stream ? (
          <video
            muted
            autoPlay
            playsInline
            aria-label="What the camera shows"
            ref={(video) => {
              if (video && video.srcObject !== stream) video.srcObject = stream
            }}
          />
        ) : (
          <p className="muted">
            {status === 'starting'
              ? 'Waiting for the camera; the browser may ask you first.'
              : 'The camera is off.'}
          </p>
        )}
      </div>
      <p className="small muted">
        Frames stay on this machine. Live gives every run the newest frame; the camera stops when you stop it
        or leave this tab.
      </p>
      <div className="camera-buttons">
        {status === 'off' && <Button onClick={() => void startCamera()}>Try again</Button>}
        <Button disabled={!isReady} onClick={() => void goLive().then(onClose)}>
          Live
        </Button>
        <Button look="filled" disabled={!isReady} onClick={() => void capture().then(onClose)}>
          Capture
        </Button>
      </div>
    </div>
  )
}
