/** What a module builds with: the graph's verbs, and weights that are named by where they are. */
import { VertebraError } from '../errors'
import type { Shape, Value } from '../graph/graph'
import type { ParamRole, Table } from '../ops/attributes'
import { Builder } from '../ops/builder'
import type { SlotValue } from '../schema/schema'

/**
 * Procedural values a + b u of a weight (golden/FORMAT.md):
 * `weight` is a 0, b √(3 / fanIn), the variance 1 / fanIn; `bias` a 0, b 0.1; `one`, for norms and scales, a 1, b 0.1.
 */
type Init = 'weight' | 'bias' | 'one' | Procedural

export interface Procedural {
  readonly a: number
  readonly b: number
}

export interface WeightOptions {
  readonly init: Init
  /** Inputs that one result sums over; by default the elements of the weight per row of axis 0. */
  readonly fanIn?: number
  readonly role?: ParamRole
}

/**
 * Renames of dotted paths inside a module: `conv` -> `0`; '' removes the part. `/table` is called `table` wherever the module
 * lies: a weight that several modules share.
 */
export type Keys = { readonly [local: string]: string }

export interface ModuleBuilderOptions {
  /** Builds another module in place: lower knows the list of modules, which modules themselves must not. */
  readonly buildModule?: (b: ModuleBuilder, slot: SlotValue, inputs: readonly Value[]) => Value
  /** Procedural values by state_dict key, instead of the rules of Init. */
  readonly values?: ReadonlyMap<string, Procedural>
}

export class ModuleBuilder extends Builder {
  private readonly options: ModuleBuilderOptions
  /** Values of shared weights, by what made them. */
  private readonly made = new Map<string, Value>()
  private place: Place = { key: '', keys: {}, parts: [], isFrozen: false }

  constructor(options: ModuleBuilderOptions = {}) {
    super()
    this.options = options
  }

  /**
   * A module of the document: `path` and `key` are its whole document path and state_dict prefix. A rename of '' is one
   * of the module as a whole.
   */
  instance(path: string, key: string, keys: Keys, body: () => Value, isFrozen = false): Value {
    return this.at({ key, keys, parts: [], isFrozen }, () => this.scope(path, this.keyOf([]), body))
  }

  /** A part inside the module: `/name` in the path, `.name` in the keys. */
  part(name: string, body: () => Value): Value {
    const parts = [...this.place.parts, name]
    return this.at({ ...this.place, parts }, () =>
      this.scope(`${this.here.path}/${name}`, this.keyOf(parts), body),
    )
  }

  /**
   * A part that reads weights alone. Where these are shared by several modules it is made once for all that want the same
   * `variant` of it.
   */
  sharedPart(name: string, variant: string, body: () => Value): Value {
    const key = this.localKey([...this.place.parts, name])
    if (!key.startsWith('/')) return this.part(name, body)
    const made = this.made.get(`${key} ${variant}`) ?? this.part(name, body)
    this.made.set(`${key} ${variant}`, made)
    return made
  }

  /** Another module in a slot of this one, as a part called `name`. */
  module(slot: SlotValue, name: string, ...inputs: Value[]): Value {
    const { buildModule } = this.options
    if (!buildModule) throw new VertebraError(`internal: this builder knows no modules to put into ${name}`)
    return this.part(name, () => buildModule(this, slot, inputs))
  }

  /** The parameter `name` of this place, in the layout that the reference keeps it in. */
  weight(name: string, shape: Shape, { init, fanIn, role = 'trainable' }: WeightOptions): Value {
    const parts = [...this.place.parts, name]
    const key = this.keyOf(parts)
    const isShared = this.localKey(parts).startsWith('/')
    const values = this.options.values?.get(key) ?? procedural(init, fanIn ?? columns(shape))
    const kept = role === 'trainable' && this.place.isFrozen ? 'frozen' : role
    return this.param(key, shape, { role: kept, isShared, ...values })
  }

  /** Numbers that a formula gives and that the reference keeps in its state_dict all the same; counted, and not trained here. */
  table(
    name: string,
    data: Float32Array | readonly number[],
    shape: Shape,
    role: Table['role'] = 'frozen',
  ): Value {
    return this.constant(data, shape, { name: this.keyOf([...this.place.parts, name]), role })
  }

  private at(place: Place, body: () => Value): Value {
    const outer = this.place
    this.place = place
    try {
      return body()
    } finally {
      this.place = outer
    }
  }

  private keyOf(parts: readonly string[]): string {
    const local = this.localKey(parts)
    return local.startsWith('/') ? local.slice(1) : [this.place.key, local].filter(Boolean).join('.')
  }

  private localKey(parts: readonly string[]): string {
    return renamed(parts.join('.'), this.place.keys)
  }
}

/** Where the next weight belongs: an instance's prefix and renames, and the open parts inside it. */
interface Place {
  readonly key: string
  readonly keys: Keys
  readonly parts: readonly string[]
  readonly isFrozen: boolean
}

function procedural(init: Init, fanIn: number): Procedural {
  if (init === 'weight') return { a: 0, b: Math.sqrt(3 / fanIn) }
  if (init === 'bias') return { a: 0, b: 0.1 }
  if (init === 'one') return { a: 1, b: 0.1 }
  return init
}

function columns(shape: Shape): number {
  return shape.slice(1).reduce((product, size) => product * size, 1)
}

/** The longest renamed beginning of the path decides. */
function renamed(path: string, keys: Keys): string {
  const names = path.split('.')
  for (let length = names.length; length >= 0; length--) {
    const beginning = names.slice(0, length).join('.')
    if (!Object.hasOwn(keys, beginning)) continue
    return [keys[beginning], ...names.slice(length)].filter(Boolean).join('.')
  }
  return path
}
