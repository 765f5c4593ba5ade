import {
  connect,
  connectionProblem,
  type DocumentNode,
  disconnect,
  findBody,
  findModule,
  type GraphBody,
  IN,
  inputCount,
} from '../../../engine/index'
import { edit } from '../../commands/edit'
import { titleOf } from '../../commands/subject'
import { useDocumentStore } from '../../state/documentStore'
import { idOf, type PathKey, parentOf, pathOf } from '../../state/paths'
import { Select } from '../../ui/Select'

const nothing = ' '

/** Which node feeds each input: connecting without drawing a line. */
export function Connections({ path, node }: { readonly path: PathKey; readonly node: DocumentNode }) {
  const document = useDocumentStore((state) => state.document)
  const graph = parentOf(path)
  const id = idOf(path)
  const body = findBody(document, pathOf(graph))
  if (!body) return null
  return (
    <section className="inspector-section" aria-label="Connections">
      <div className="inspector-heading">
        <h3>Inputs</h3>
      </div>
      {portsOf(node, body).map((name, port) => {
        const edge = body.edges.find((candidate) => candidate.to === id && (candidate.port ?? 0) === port)
        const from = edge?.from ?? nothing
        return (
          <div className="inspector-row" key={name}>
            <span className="muted">{name}</span>
            <Select
              label={`Input ${name}`}
              value={from}
              options={[
                { value: nothing, label: 'not connected' },
                ...sourcesFor(body, id).map((source) => ({
                  value: source,
                  label: source === IN ? 'Input of this graph' : nameIn(body, source),
                })),
              ]}
              onChange={(chosen) => {
                const label = `Connect ${titleOf(node)}`
                if (chosen === nothing) {
                  if (edge) edit('Disconnect', (design) => disconnect(design, pathOf(graph), edge))
                } else
                  edit(label, (design) =>
                    connect(design, pathOf(graph), { from: chosen, to: id, ...(port > 0 ? { port } : {}) }),
                  )
              }}
            />
          </div>
        )
      })}
      {node.type === 'module' && hasOpenEnd(node) && (
        <AddInput graph={graph} id={id} body={body} ports={usedPorts(body, id)} />
      )}
    </section>
  )
}

/** Merges take one more. */
function AddInput({
  graph,
  id,
  body,
  ports,
}: {
  readonly graph: PathKey
  readonly id: string
  readonly body: GraphBody
  readonly ports: number
}) {
  const document = useDocumentStore((state) => state.document)
  const options = sourcesFor(body, id).filter(
    (source) => connectionProblem(document, pathOf(graph), { from: source, to: id, port: ports }) === null,
  )
  return (
    <div className="inspector-row">
      <span className="muted">one more</span>
      <Select
        label="One more input"
        value={nothing}
        options={[
          { value: nothing, label: 'choose' },
          ...options.map((source) => ({
            value: source,
            label: source === IN ? 'Input of this graph' : nameIn(body, source),
          })),
        ]}
        onChange={(chosen) => {
          if (chosen !== nothing)
            edit('Connect', (design) => connect(design, pathOf(graph), { from: chosen, to: id, port: ports }))
        }}
      />
    </div>
  )
}

const usedPorts = (body: GraphBody, id: string): number => body.edges.filter((edge) => edge.to === id).length

function portsOf(node: DocumentNode, body: GraphBody): readonly string[] {
  if (node.type === 'group') return ['x']
  const inputs = findModule(node.module)?.inputs
  const count = Math.max(inputCount(node).least, usedPorts(body, node.id))
  return Array.from({ length: count }, (_, port) => {
    const name = inputs?.[Math.min(port, (inputs?.length ?? 1) - 1)] ?? 'x'
    return name.endsWith('…') || count > (inputs?.length ?? 0) ? `${name.replace('…', '')} ${port + 1}` : name
  })
}

const hasOpenEnd = (node: DocumentNode): boolean =>
  node.type === 'module' && (findModule(node.module)?.inputs.at(-1)?.endsWith('…') ?? false)

/** Every node of the graph that does not itself depend on this one. */
function sourcesFor(body: GraphBody, id: string): readonly string[] {
  const after = new Set([id])
  for (let grew = true; grew; ) {
    grew = false
    for (const edge of body.edges) {
      if (after.has(edge.from) && !after.has(edge.to)) {
        after.add(edge.to)
        grew = true
      }
    }
  }
  return [IN, ...body.nodes.map((node) => node.id).filter((other) => !after.has(other))]
}

function nameIn(body: GraphBody, id: string): string {
  const node = body.nodes.find((candidate) => candidate.id === id)
  return node ? `${titleOf(node)} (${id})` : id
}
