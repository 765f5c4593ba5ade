/** One object per user action; menus, the command palette, shortcuts and the help sheet all read the same list. */
import type { LucideIcon } from 'lucide-react'

export type CommandGroup = 'Edit' | 'View' | 'Go to' | 'Run' | 'File' | 'Help'

export interface Command {
  readonly id: string
  readonly label: string
  readonly group: CommandGroup
  readonly icon?: LucideIcon
  /** As `app/ui/shortcut.ts` writes them; the first one is shown. */
  readonly shortcuts?: readonly string[]
  /** Left out of the command palette: useful as a key only. */
  readonly isKeyOnly?: boolean
  /** Always enabled when left out. */
  enabled?(): boolean
  run(): void | Promise<void>
}

export const isEnabled = (command: Command): boolean => command.enabled?.() ?? true
