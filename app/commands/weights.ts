/** Real weights in place of random ones, and back. */
import { Dices, HardDriveUpload } from 'lucide-react'
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

export const dropWeights: Command = {
  id: 'dropWeights',
  label: 'Back to random weights',
  group: 'File',
  icon: Dices,
  enabled: () => useWeightsStore.getState().loaded !== null,
  run: () => useWeightsStore.setState({ loaded: null }),
}
