/**
 * The architecture document: what people edit and share. Plain JSON, versioned, immutable.
 *
 * A graph is nodes and edges. The graph's own inputs and outputs are the reserved node ids IN and OUT.
 * Scope of an instance: ids joined by `/`; its state_dict prefix: keys joined by `.`.
 */
import type { Attributes } from '../schema/schema'

export const DOCUMENT_VERSION = 1
export const IN = '$in'
export const OUT = '$out'

export interface Document {
  readonly format: 'vertebra'
  readonly version: typeof DOCUMENT_VERSION
  readonly name: string
  /** The picture: channels are always 3 for now. */
  readonly input: { readonly height: number; readonly width: number; readonly channels: number }
  readonly graph: GraphBody
  /** Shared block definitions; a group with `use` is an instance of one. */
  readonly definitions: { readonly [name: string]: GraphBody }
}

export interface GraphBody {
  readonly nodes: readonly DocumentNode[]
  readonly edges: readonly Edge[]
}

export type DocumentNode = ModuleNode | GroupNode

interface NodeBase {
  /** Unique in its graph. [A-Za-z0-9_.-]{1,64}. In presets it is timm's module name. */
  readonly id: string
  readonly title?: string
  /** State_dict prefix relative to the parent, when it is not the id. '' adds nothing. */
  readonly key?: string
  readonly position?: Position
  /** Identity for now: an ablation in one key. The edge passes through. */
  readonly bypassed?: boolean
  /** Nothing in here is trained: its weights count as frozen. */
  readonly frozen?: boolean
}
export interface Position {
  readonly x: number
  readonly y: number
}

export interface ModuleNode extends NodeBase {
  readonly type: 'module'
  /** A module id of the registry; unknown ones are kept and shown as unknown. */
  readonly module: string
  /** Only what differs from the module's defaults. */
  readonly attrs: Attributes
  /** Renames inside the module: local state_dict path -> the path to use (`conv` -> `0`; '' removes it; `/x` is `x` from the root, shared; `'': '/x'` moves the whole module there). */
  readonly keys?: { readonly [local: string]: string }
}

/**
 * A group. `repeat` chains it: output of one instance is the input of the next.
 * Instance i of id `blocks.0` is `blocks.i` (a number at the end counts up; otherwise `.i` is added when repeat > 1).
 */
export interface GroupNode extends NodeBase {
  readonly type: 'group'
  readonly repeat: number
  /** Own body, or the name of a definition. Exactly one of the two. */
  readonly body?: GraphBody
  readonly use?: string
  /** Attributes of single instances: instance index -> path of the node in the body (`token_mixer`, `a/b`) -> attributes. */
  readonly overrides?: { readonly [instance: string]: { readonly [path: string]: NodeOverride } }
}
export interface NodeOverride {
  readonly attrs?: Attributes
  /** Swap the module in this instance only. */
  readonly module?: string
}

export interface Edge {
  readonly from: string
  readonly to: string
  /** Input number of the target; 0 when left out. */
  readonly port?: number
}
