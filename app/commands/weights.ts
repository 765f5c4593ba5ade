/** Real weights in place of random ones, and back. */
import { CloudDownload, Dices, HardDriveUpload } from 'lucide-react'
import { openHub } from '../engine/hub'
import { offerWeights } from '../engine/weights'
import { useWeightsStore } from '../state/weightsStore'
import type { Command } from './command'
import { chooseFile } from './files'

export const loadWeights: Command = {
  id: 'loadWeights',
  label: 'Load weights (safetensors)',
  group: 'File',
  icon: HardDriveUpload,
  run: () => chooseFile('.safetensors', (file) => void offerWeights(file)),
}

export const fetchWeights: Command = {
  id: 'fetchWeights',
  label: 'Load weights from a hub',
  group: 'File',
  icon: CloudDownload,
  run: openHub,
}

export const dropWeights: Command = {
  id: 'dropWeights',
  label: 'Back to random weights',
  group: 'File',
  icon: Dices,
  enabled: () => useWeightsStore.getState().loaded !== null,
  run: () => useWeightsStore.setState({ loaded: null }),
}
