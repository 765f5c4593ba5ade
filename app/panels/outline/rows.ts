import { type Document, findBody, findModule, type NodeFacts } from '../../../engine/index'
import { titleOf } from '../../commands/subject'
import { analysisOf, problemsInside } from '../../state/derived'
import { childOf, type PathKey, pathOf } from '../../state/paths'
import { formatShape, formatShapeShort } from '../../ui/formatNumber'

export interface OutlineRow {
  readonly key: PathKey
  readonly title: string
  /** Where there is little room: `SepConv`. */
  readonly shortTitle: string
  /** Module id; null for groups. */
  readonly module: string | null
  readonly kindWord: string
  readonly level: number
  readonly setSize: number
  readonly position: number
  readonly repeat: number
  readonly isOpen: boolean | null
  readonly isBypassed: boolean
  readonly hasOverrides: boolean
  /** Short, to be seen; and in full, to be read out. */
  readonly shape: string
  readonly spokenShape: string
  readonly status: NodeFacts['status'] | 'none'
  readonly problems: number
}

/** The rows of the tree in execution order; a closed group hides what it holds. */
export function outlineRows(document: Document, isOpen: (key: PathKey) => boolean): readonly OutlineRow[] {
  const analysis = analysisOf(document)
  const order = new Map([...analysis.lowered.nodes.keys()].map((key, index) => [key, index]))
  const rankOf = (key: PathKey) => order.get(key) ?? Number.MAX_SAFE_INTEGER
  const rows: OutlineRow[] = []
  const walk = (graph: PathKey, level: number) => {
    const nodes = (findBody(document, pathOf(graph))?.nodes ?? [])
      .map((node) => ({ node, key: childOf(graph, node.id) }))
      .sort((a, b) => rankOf(a.key) - rankOf(b.key))
    for (const [index, { node, key }] of nodes.entries()) {
      const facts = analysis.lowered.nodes.get(key)
      const isGroup = node.type === 'group'
      const open = isGroup ? isOpen(key) : null
      rows.push({
        key,
        title: titleOf(node),
        shortTitle:
          (node.type === 'module' && node.title === undefined && findModule(node.module)?.shortTitle) ||
          titleOf(node),
        module: isGroup ? null : node.module,
        kindWord: isGroup ? 'group' : (findModule(node.module)?.kind ?? 'unknown module'),
        level,
        setSize: nodes.length,
        position: index + 1,
        repeat: isGroup ? node.repeat : 1,
        isOpen: open,
        isBypassed: node.bypassed === true,
        hasOverrides: isGroup && Object.keys(node.overrides ?? {}).length > 0,
        shape: facts?.output ? formatShapeShort(facts.output) : '',
        spokenShape: facts?.output ? formatShape(facts.output).replaceAll('×', ' by ') : '',
        status: facts?.status ?? 'none',
        problems: problemsInside(analysis, key).filter((problem) => problem.severity === 'error').length,
      })
      if (open) walk(key, level + 1)
    }
  }
  walk('', 1)
  return rows
}
