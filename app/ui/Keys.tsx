import { shortcutKeys, spokenShortcut } from './shortcut'
import './Keys.css'

/** A shortcut as key caps: `mod+shift+z` is Ctrl Shift Z, or its Mac signs. */
export function Keys({ shortcut }: { readonly shortcut: string }) {
  return (
    <span className="keys">
      <span className="spoken">{spokenShortcut(shortcut)}</span>
      <span className="keys" aria-hidden="true">
        {shortcutKeys(shortcut).map((key) => (
          <kbd key={key} className="key">
            {key}
          </kbd>
        ))}
      </span>
    </span>
  )
}

export const Key = ({ children }: { readonly children: string }) => <kbd className="key">{children}</kbd>
