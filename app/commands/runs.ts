import { CircleStop, Cpu, Gauge, Gpu, Play, Radio } from 'lucide-react'
import { engine } from '../engine/engine'
import { canRun, useRunStore } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import type { Command } from './command'

const isReady = () => canRun(useRunStore.getState())
const hasGpu = () => useRunStore.getState().device?.available === true

export const runNow: Command = {
  id: 'run',
  label: 'Run now',
  group: 'Run',
  icon: Play,
  shortcuts: ['mod+enter'],
  enabled: isReady,
  run: () => engine.runNow(),
}

export const toggleLive: Command = {
  id: 'toggleLive',
  label: 'Run after each edit, or pause',
  group: 'Run',
  icon: Radio,
  enabled: isReady,
  run: () => {
    const { isLive, setLive } = useSessionStore.getState()
    setLive(!isLive)
  },
}

export const profile: Command = {
  id: 'profile',
  label: 'Measure each layer again',
  group: 'Run',
  icon: Gauge,
  enabled: () => hasGpu() && useRunStore.getState().result?.processor === 'gpu',
  run: () => engine.profile(),
}

export const runOnCpu: Command = {
  id: 'runOnCpu',
  label: 'Run on the CPU',
  group: 'Run',
  icon: Cpu,
  enabled: () => useRunStore.getState().processor === 'gpu',
  run: () => {
    useRunStore.getState().set({ processor: 'cpu' })
    engine.runNow()
  },
}

export const runOnGpu: Command = {
  id: 'runOnGpu',
  label: 'Run on the GPU',
  group: 'Run',
  icon: Gpu,
  enabled: () => hasGpu() && useRunStore.getState().processor === 'cpu',
  run: () => {
    useRunStore.getState().set({ processor: 'gpu' })
    engine.runNow()
  },
}

export const cancelRun: Command = {
  id: 'cancelRun',
  label: 'Stop the run',
  group: 'Run',
  icon: CircleStop,
  enabled: () => useRunStore.getState().status.kind === 'running',
  run: () => engine.cancel(),
}

export const restartGpu: Command = {
  id: 'restartGpu',
  label: 'Start the GPU again',
  group: 'Run',
  icon: Cpu,
  run: () => engine.restart(),
}
