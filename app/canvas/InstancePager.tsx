import { useDocumentStore } from '../state/documentStore'
import type { PathKey } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import './InstancePager.css'
import { groupAt } from './skeleton'

/** As many chips as fit beside the title; more are counted in words. */
const mostChips = 12

/** The instances of a repeated group: all alike, or click one to set it apart. */
export function InstancePager({ group, repeat }: { readonly group: PathKey; readonly repeat: number }) {
  const instance = useSessionStore((state) => state.instance)
  const editInstance = useSessionStore((state) => state.editInstance)
  const overrides = useDocumentStore((state) => groupAt(state.document, group)?.overrides)
  const chosen = instance?.group === group ? instance.index : null
  const isOwn = (index: number) => Object.keys(overrides?.[index] ?? {}).length > 0
  const different = Array.from({ length: repeat }, (_, index) => index).filter(isOwn).length
  const words = chosen !== null ? `only block ${chosen}` : different > 0 ? `${different} differ` : 'all alike'
  return (
    <fieldset className="pager nodrag">
      <legend className="spoken">Instances</legend>
      <span className="pager-words">{words}</span>
      {Array.from({ length: Math.min(repeat, mostChips) }, (_, index) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: an instance is its number
          key={index}
          type="button"
          className="pager-chip"
          tabIndex={-1}
          aria-label={`Edit block ${index} only`}
          aria-pressed={chosen === index}
          data-own={isOwn(index) || undefined}
          onClick={() => editInstance(chosen === index ? null : { group, index })}
        />
      ))}
      {repeat > mostChips && <span className="pager-words">+{repeat - mostChips}</span>}
    </fieldset>
  )
}
