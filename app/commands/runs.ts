import { CircleStop, Cpu, Gauge, Play, Radio } from 'lucide-react'
import { engine } from '../engine/engine'
import { useRunStore } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import type { Command } from './command'

const hasGpu = () => useRunStore.getState().device?.available === true

export const runNow: Command = {
  id: 'run',
  label: 'Run now',
  group: 'Run',
  icon: Play,
  shortcuts: ['mod+enter'],
  enabled: hasGpu,
  run: () => engine.runNow(),
}

export const toggleLive: Command = {
  id: 'toggleLive',
  label: 'Run after each edit, or pause',
  group: 'Run',
  icon: Radio,
  enabled: hasGpu,
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
  enabled: () => hasGpu() && useRunStore.getState().result !== null,
  run: () => engine.profile(),
}

export const runOnCpu: Command = {
  id: 'runOnCpu',
  label: 'Run on the CPU (small designs, slow)',
  group: 'Run',
  icon: Cpu,
  run: () => engine.runOnReference(),
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
