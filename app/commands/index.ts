import { copy, cut, paste } from './clipboard'
import { type Command, isEnabled } from './command'
import {
  backToOwn,
  copyLink,
  keepShared,
  newDesign,
  openFile,
  openPresets,
  saveFile,
  saveLayers,
  share,
} from './files'
import {
  attentionSteps,
  commandPalette,
  dockTabs,
  nextRegion,
  previousRegion,
  searchPalette,
  shortcutHelp,
} from './go'
import { redo, undo } from './history'
import {
  bypass,
  duplicate,
  freeze,
  group,
  insertAfter,
  remove,
  replaceType,
  selectAll,
  selectParent,
  shareBlock,
  ungroupNodes,
  unlinkBlock,
} from './nodes'
import { cancelRun, profile, restartGpu, runNow, runOnCpu, runOnGpu, toggleLive } from './runs'
import {
  actualSize,
  arrange,
  fit,
  fitSelection,
  focusMode,
  letGo,
  toggleDock,
  toggleLeft,
  toggleRight,
  toggleTheme,
  zoomIn,
  zoomOut,
} from './view'
import { dropWeights, fetchWeights, loadWeights } from './weights'

/** Every user action, in the order of the help sheet. */
export const commands: readonly Command[] = [
  undo,
  redo,
  cut,
  copy,
  paste,
  duplicate,
  remove,
  selectAll,
  replaceType,
  insertAfter,
  bypass,
  freeze,
  group,
  ungroupNodes,
  unlinkBlock,
  shareBlock,
  newDesign,
  openPresets,
  openFile,
  loadWeights,
  fetchWeights,
  dropWeights,
  saveFile,
  saveLayers,
  share,
  copyLink,
  backToOwn,
  keepShared,
  runNow,
  toggleLive,
  profile,
  runOnCpu,
  runOnGpu,
  cancelRun,
  restartGpu,
  arrange,
  fit,
  fitSelection,
  zoomIn,
  zoomOut,
  actualSize,
  focusMode,
  toggleLeft,
  toggleRight,
  toggleDock,
  toggleTheme,
  letGo,
  searchPalette,
  commandPalette,
  nextRegion,
  previousRegion,
  selectParent,
  ...dockTabs,
  ...attentionSteps,
  shortcutHelp,
]

export function commandById(id: string): Command {
  const command = commands.find((candidate) => candidate.id === id)
  if (!command) throw new Error(`internal: there is no command ${id}`)
  return command
}

/** Runs a command if it can run now. */
export function run(id: string): void {
  const command = commandById(id)
  if (isEnabled(command)) void command.run()
}

export const shortcutOf = (id: string): string | undefined => commandById(id).shortcuts?.[0]
