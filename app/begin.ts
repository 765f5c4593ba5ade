/** What happens once, before the first drawing and right after it. */
import { listenToFileDrops } from './commands/fileDrop'
import { listenToKeys } from './commands/keyboard'
import { engine } from './engine/engine'
import { followPictures, takeFirstSample } from './engine/pictures'
import { fetchTheRest } from './later'
import { warmUpSearch } from './search/warmUp'
import { followAddress, openLink } from './state/address'
import { announceChanges } from './state/announcements'
import { restoreLatest, startAutosave } from './state/autosave'
import { watchFirstSteps } from './state/firstRun'
import { keepDesignInView } from './state/keepInView'
import { followTheme } from './state/theme'
import { followWidth } from './state/widthClass'
import { notify } from './ui/notify'

/** The theme, the design to open, and everything that listens. */
export async function begin(): Promise<void> {
  followTheme()
  followWidth()
  const unreadable = await restoreLatest()
  const opened = await openLink(location.hash)
  startAutosave()
  keepDesignInView()
  announceChanges()
  watchFirstSteps()
  listenToKeys()
  listenToFileDrops()
  followAddress(notify.problem)
  followPictures()
  if (unreadable !== null) notify.problem(unreadable)
  if (opened.kind === 'refused') notify.problem(opened.reason)
}

/** What happens once the page is drawn: the engine starts, and all that comes later is fetched. */
export function goOn(): void {
  void takeFirstSample()
  engine.start()

  // All faces now: a formula that is opened later must not ask the network.
  for (const face of document.fonts) void face.load().catch(() => undefined)
  void fetchTheRest()
  void warmUpSearch()
}
