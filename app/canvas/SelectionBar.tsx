import { PanelRight } from 'lucide-react'
import {
  type Attributes,
  completeAttributes,
  type Field,
  findModule,
  setAttributes,
} from '../../engine/index'
import { edit } from '../commands/edit'
import { titleOf } from '../commands/subject'
import { costAt, useAnalysis, useMeasuredCosts } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { type PathKey, pathOf } from '../state/paths'
import { useSessionStore } from '../state/sessionStore'
import { Button } from '../ui/Button'
import { formatCount, formatMs } from '../ui/formatNumber'
import { Stepper } from '../ui/Stepper'
import { moduleTitle } from './describe'
import { nodeAt } from './scene'
import './SelectionBar.css'
import { SwapChoices } from './SwapChoices'
import { useIsNarrow } from './useIsNarrow'
import { useSwap } from './useSwap'

/** Where the inspector is a drawer: the selected node's swap strip, first setting and costs, over the canvas. */
export function SelectionBar() {
  const isNarrow = useIsNarrow()
  const key = useSessionStore((state) => (state.selection.length === 1 ? state.selection[0] : undefined))
  const isBusy = useSessionStore((state) => state.drag !== null)
  const isDrawerOpen = useSessionStore((state) => state.panels.right)
  const setPanels = useSessionStore((state) => state.setPanels)
  const document = useDocumentStore((state) => state.document)
  const swap = useSwap()
  const node = key === undefined ? undefined : nodeAt(document, key)
  if (!isNarrow || isBusy || key === undefined || !node) return null
  return (
    <section className="selection-bar" aria-label="Selection">
      <span className="selection-title ellipsis">
        {node.type === 'module' ? moduleTitle(node) : titleOf(node)}
      </span>
      {swap && <SwapChoices swap={swap} />}
      <FirstSetting itemKey={key} />
      <BarCosts itemKey={key} />
      <Button
        icon={<PanelRight size={14} strokeWidth={1.6} aria-hidden="true" />}
        aria-pressed={isDrawerOpen}
        onClick={() => setPanels({ right: !isDrawerOpen })}
      >
        Inspector
      </Button>
    </section>
  )
}

/** The first whole number of the form: heads, kernel size, width. */
function FirstSetting({ itemKey }: { readonly itemKey: PathKey }) {
  const node = useDocumentStore(({ document }) => nodeAt(document, itemKey))
  const endGesture = useDocumentStore((state) => state.endGesture)
  if (node?.type !== 'module') return null
  const definition = findModule(node.module)
  if (!definition) return null
  const values = valuesOf(() => completeAttributes(definition.attrs, node.attrs))
  const first = Object.entries(definition.attrs).find(
    ([name, field]) => field.kind === 'int' && typeof values[name] === 'number',
  )
  if (!first) return null
  const [name, field] = first
  const value = values[name]
  if (field.kind !== 'int' || typeof value !== 'number') return null
  return (
    <span className="selection-setting">
      <span className="selection-label">{field.label}</span>
      <Stepper
        label={field.label}
        value={value}
        min={field.min}
        max={field.max}
        step={stepOf(field)}
        onChange={(next) =>
          edit(
            `Set ${field.label.toLowerCase()} to ${next}`,
            (document) => setAttributes(document, pathOf(itemKey), { [name]: next }),
            `${itemKey} ${name}`,
          )
        }
        onGestureEnd={endGesture}
      />
    </span>
  )
}

const stepOf = (field: Field): number => (field.kind === 'int' ? (field.step ?? 1) : 1)

/** Attributes that do not fit their schema have a diagnostic; there is nothing to step then. */
function valuesOf(read: () => Attributes): Attributes {
  try {
    return read()
  } catch {
    return {}
  }
}

function BarCosts({ itemKey }: { readonly itemKey: PathKey }) {
  const analysis = useAnalysis()
  const measured = useMeasuredCosts()
  const cost = costAt(analysis, itemKey)
  const ms = measured?.costs.byPath.get(itemKey)
  if (!cost) return null
  return (
    <span className="selection-costs">
      <span title="Parameters">{formatCount(cost.all.params.trainable + cost.all.params.frozen)}</span>
      <span title="MACs">{formatCount(cost.all.macs.total)}</span>
      {ms !== undefined && <span title="Latency">{`${measured?.isStale ? '~' : ''}${formatMs(ms)}`}</span>}
    </span>
  )
}
