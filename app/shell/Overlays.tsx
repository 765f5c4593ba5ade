import { HintLayer } from '../ui/HintLayer'
import { CommandPalette } from './CommandPalette'
import { HubDialog } from './HubDialog'
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
    <HubDialog />
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
