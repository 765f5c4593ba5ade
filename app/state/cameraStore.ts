/** Whether the camera is on. It is off until somebody asks. */
import { create } from 'zustand'

interface CameraState {
  /** `preview`: shown in its dialog. `live`: each run is on its newest frame. */
  readonly status: 'off' | 'starting' | 'preview' | 'live'
  readonly stream: MediaStream | null
  /** Why it could not be started, as a sentence. */
  readonly problem: string | null
}

export const useCameraStore = create<CameraState>()(() => ({ status: 'off', stream: null, problem: null }))
