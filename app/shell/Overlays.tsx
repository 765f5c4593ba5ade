import { HintLayer } from '../ui/HintLayer'
import { CommandPalette } from './CommandPalette'
import { Notices } from './Notices'
import { Picker } from './Picker'
import { PresetsDialog } from './PresetsDialog'
import { ShareDialog } from './ShareDialog'
import { ShortcutsDialog } from './ShortcutsDialog'
import { WeightsDialog } from './WeightsDialog'
import { WgslDialog } from './WgslDialog'

/** What comes over the page when asked for. */
export const Overlays = () => (
  <>
    <CommandPalette />
    <Picker />
    <PresetsDialog />
    <ShareDialog />
    <ShortcutsDialog />
    <WeightsDialog />
    <WgslDialog />
    <Notices />
    <HintLayer />
  </>
)
