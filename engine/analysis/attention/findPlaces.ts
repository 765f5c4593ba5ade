/** Where the queries or keys of an attention lie: every one followed back to the map that it came from. */
import type { Graph, Grid } from '../../graph/graph'
import type { Contents } from '../../ops/reads'
import { axisRegion, axisSize, indexSet, type Region, wholeAxis } from '../../ops/region'
import { contiguous } from '../../ops/strided'
import { type Found, PlaceTrace, type TraceOptions } from '../placeTrace'
import { nowhere, type Places, padding } from './layer'
import { tokenCount } from './places'
import { hasCells, mapAt, onOtherMap, tokensIn } from './tokenMap'

/** The tokens of a value: one for each index along some of its axes; all other axes belong to every token. */
export interface Tokens {
  readonly node: number
  /** Axes of the value and how many of their indices count, the window's before the token's. */
  readonly axes: readonly { readonly axis: number; readonly count: number }[]
  /** Tokens of one window. */
  readonly perWindow: number
}

/** Where a part of a value comes from: a trace from it, or from something that it is made of. */
export interface Origin {
  of(node: number, region: Region): Found
}
export type OriginBy = (follow: TraceOptions['follow']) => Origin

export interface FoundPlaces {
  readonly places: Places
  /** The value whose map they lie on; null for tokens that come from nowhere. */
  readonly source: number | null
  /** Whether it matters which token is asked; otherwise each stands for everything. */
  readonly isSpecific: boolean
  /** Whether windows have places of their own. */
  readonly differs: boolean
}

/** The straight way: from the tokens back to the sources. Mixers that share a set of sources share what was followed. */
export function originIn(graph: Graph, sources: ReadonlySet<number>, contents: Contents): OriginBy {
  const known = tracesTo.get(sources)
  const traces = contents.size === 0 && known ? known : new Map<TraceOptions['follow'], PlaceTrace>()
  if (contents.size === 0) tracesTo.set(sources, traces)
  return (follow) => {
    const trace = traces.get(follow) ?? new PlaceTrace(graph, { sources, contents, follow })
    traces.set(follow, trace)
    return trace
  }
}
const tracesTo = new WeakMap<ReadonlySet<number>, Map<TraceOptions['follow'], PlaceTrace>>()

export interface PlaceOptions {
  /** The source that counts where several are found. */
  readonly preferred?: number | null
  /** To tell tokens that come from elsewhere from padding. */
  readonly elsewhere?: Origin
}

export function findPlaces(
  graph: Graph,
  tokens: Tokens,
  originBy: OriginBy,
  { preferred = null, elsewhere }: PlaceOptions = {},
): FoundPlaces {
  const search = new Search(graph, tokens, originBy)
  const everything = search.everything('places')
  const follow = everything.size > 0 ? 'places' : 'all'
  const sources = [...(everything.size > 0 ? everything : search.everything('all')).keys()]
  const source = mainSource(graph, sources, preferred)
  if (source === null) return { places: nowherePlaces(tokens), source, isSpecific: false, differs: false }
  const sets = search.sets(follow, source)
  const isPooled = follow === 'places' && sets.some((set) => set.length > 1)
  const centres = isPooled ? search.sets('centres', source, sets) : sets
  const isLost = (number: number) => elsewhere !== undefined && search.reaches(number, elsewhere)
  const places = packed(mapAt(graph, source), tokens.perWindow, { sets, centres, isLost })
  return { places, source, isSpecific: isSpecific(sets), differs: differsByWindow(places) }
}

function mainSource(graph: Graph, sources: readonly number[], preferred: number | null): number | null {
  if (preferred !== null && sources.includes(preferred)) return preferred
  const withCells = sources.filter((source) => hasCells(mapAt(graph, source)))
  const candidates = withCells.length > 0 ? withCells : sources
  const sizes = candidates.map((source) => tokenCount(mapAt(graph, source)))
  return candidates[sizes.indexOf(Math.max(...sizes))] ?? null
}

/** Single tokens, or sets that differ. */
function isSpecific(sets: readonly TokenSet[]): boolean {
  const filled = sets.filter((set) => set.length > 0)
  const [first] = filled
  if (!first) return false
  return first.length === 1 || filled.some((set) => set.length !== first.length || set[0] !== first[0])
}

function differsByWindow({ sets, count }: Places): boolean {
  return sets.length === count || sets.some((set, at) => set !== sets[at % count])
}

/** Ascending, each once. */
type TokenSet = readonly number[]

class Search {
  private readonly graph: Graph
  private readonly tokens: Tokens
  private readonly originBy: OriginBy
  private readonly count: number
  /** Tokens per index of each axis. */
  private readonly units: readonly number[]
  /** All tokens of the first picture. */
  private readonly whole: Region

  constructor(graph: Graph, tokens: Tokens, originBy: OriginBy) {
    this.graph = graph
    this.tokens = tokens
    this.originBy = originBy
    this.count = tokens.axes.reduce((product, { count }) => product * count, 1)
    this.units = contiguous(tokens.axes.map(({ count }) => count))
    this.whole = graph.nodes[tokens.node].shape.map((size, axis) => {
      const counted = tokens.axes.find((own) => own.axis === axis)
      return counted && counted.count < size ? axisRegion(size, upTo(counted.count)) : wholeAxis(size)
    })
  }

  /** All sources of all tokens. */
  everything(follow: TraceOptions['follow']): Found {
    return this.originBy(follow).of(this.tokens.node, this.region([]))
  }

  /** The set of every token on the map of `source`; `known` holds those that need not be asked again. */
  sets(follow: TraceOptions['follow'], source: number, known: readonly TokenSet[] = []): readonly TokenSet[] {
    return this.setsByDigits(follow, source) ?? this.setsOneByOne(follow, source, known)
  }

  /**
   * Where no place belongs to two tokens, some dozen parts tell them all. A part holds the tokens whose numbers agree in one
   * digit, so the parts that reach a place spell the number of its token. Null where a place is reached twice.
   */
  private setsByDigits(follow: TraceOptions['follow'], source: number): readonly TokenSet[] | null {
    const map = mapAt(this.graph, source)
    const spellings = this.tokens.axes.map(({ count }) => spellingOf(count, map))
    const parts = spellings.flatMap(({ digits }) => digits).reduce((sum, { length }) => sum + length, 0)
    if (parts >= this.count) return null
    const numbers = new Int32Array(tokenCount(map))
    for (const [axis, { digits, numberOf }] of spellings.entries()) {
      const along = digits.map((parts) => this.digitsOf(follow, source, axis, parts))
      for (let token = 0; token < numbers.length; token++) {
        const index = numberOf(along.map((digit) => digit?.[token] ?? unread))
        if (along.includes(null)) return null
        numbers[token] =
          index < 0 || numbers[token] < 0 ? unread : numbers[token] * this.tokens.axes[axis].count + index
      }
    }
    const sets: number[][] = Array.from({ length: this.count }, () => [])
    numbers.forEach((number, token) => {
      if (number >= 0) sets[number].push(token)
    })
    return sets
  }

  /** For every token of the map, the one part that reaches it; null where two do. */
  private digitsOf(
    follow: TraceOptions['follow'],
    source: number,
    axis: number,
    parts: Parts,
  ): Int32Array | null {
    const digits = new Int32Array(tokenCount(mapAt(this.graph, source))).fill(unread)
    for (const [digit, at] of parts.entries()) {
      for (const token of this.tokensOf(follow, source, [{ axis, at }])) {
        if (digits[token] !== unread) return null
        digits[token] = digit
      }
    }
    return digits
  }

  private setsOneByOne(
    follow: TraceOptions['follow'],
    source: number,
    known: readonly TokenSet[],
  ): readonly TokenSet[] {
    return Array.from({ length: this.count }, (_, number) => {
      const before = known[number]
      return before && before.length < 2 ? before : this.tokensOf(follow, source, this.partsOf(number))
    })
  }

  reaches(number: number, origin: Origin): boolean {
    return origin.of(this.tokens.node, this.region(this.partsOf(number))).size > 0
  }

  private partsOf(number: number): readonly Part[] {
    let rest = number
    return this.units.map((unit, axis): Part => {
      const index = Math.floor(rest / unit)
      rest -= index * unit
      return { axis, at: [index] }
    })
  }

  private tokensOf(follow: TraceOptions['follow'], source: number, parts: readonly Part[]): TokenSet {
    const { nodes } = this.graph
    const found = this.originBy(follow).of(this.tokens.node, this.region(parts))
    const [main, map] = [found.get(source) ?? [], mapAt(this.graph, source)]
    const [first] = main
    if (found.size === 1 && main.length === 1 && first) return tokensIn(nodes[source], first)
    const tokens = [...found].flatMap(([from, regions]) => {
      const own = regions.flatMap((region) => tokensIn(nodes[from], region))
      return from === source ? own : own.flatMap((token) => onOtherMap(token, mapAt(this.graph, from), map))
    })
    return indexSet(tokens)
  }

  /** Everything but these parts of the token axes counts as a whole, of the first picture. */
  private region(parts: readonly Part[]): Region {
    const region = [...this.whole]
    for (const { axis, at } of parts) {
      const own = this.tokens.axes[axis].axis
      region[own] = axisRegion(axisSize(region[own]), at)
    }
    return region
  }
}

interface Part {
  /** Index into Tokens.axes. */
  readonly axis: number
  readonly at: readonly number[]
}

/** A place that no part reaches. */
const unread = -1

/** The indices of an axis sorted into parts, each once. */
type Parts = readonly (readonly number[])[]

/** How numbers up to a count are spelled: per digit, the numbers that have it at each of its values. */
interface Spelling {
  readonly digits: readonly Parts[]
  /** Below 0 for what spells no number. */
  readonly numberOf: (digits: readonly number[]) => number
}

/** Few numbers by themselves, tokens of a map by row and column, others by their prime factors. */
function spellingOf(count: number, map: Grid): Spelling {
  if (count <= 128) return spelling(count, [{ size: count, of: (number) => number }])
  const { height, width, prefix } = map
  if (count === tokenCount(map)) {
    const apart = (number: number, size: number, digit: number) => (number < prefix ? size + number : digit)
    return spelling(count, [
      { size: height + prefix, of: (number) => apart(number, height, Math.floor((number - prefix) / width)) },
      { size: width + prefix, of: (number) => apart(number, width, (number - prefix) % width) },
    ])
  }
  let below = count
  const digits = primeFactors(count).map((size) => {
    below /= size
    const unit = below
    return { size, of: (number: number) => Math.floor(number / unit) % size }
  })
  return spelling(count, digits)
}

function spelling(
  count: number,
  digits: readonly { readonly size: number; readonly of: (number: number) => number }[],
): Spelling {
  const parts = digits.map(({ size }) => Array.from({ length: size }, (): number[] => []))
  const numbers = new Map<number, number>()
  const code = (values: readonly number[]) =>
    values.reduce((before, value, i) => before * digits[i].size + value, 0)
  for (let number = 0; number < count; number++) {
    const values = digits.map(({ of }) => of(number))
    for (const [i, value] of values.entries()) parts[i][value].push(number)
    numbers.set(code(values), number)
  }
  return {
    digits: parts,
    numberOf: (values) => (values.includes(unread) ? unread : (numbers.get(code(values)) ?? unread)),
  }
}

function primeFactors(count: number): readonly number[] {
  const factors: number[] = []
  let rest = count
  for (let factor = 2; factor * factor <= rest; factor++) {
    while (rest % factor === 0) {
      factors.push(factor)
      rest /= factor
    }
  }
  return rest > 1 ? [...factors, rest] : factors
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index)

// --- the result, packed --------------------------------------------------------------------------------------------------

interface Traced {
  readonly sets: readonly TokenSet[]
  readonly centres: readonly TokenSet[]
  /** Of a token whose set is empty: whether it lies elsewhere, and is no padding. */
  readonly isLost: (number: number) => boolean
}

function packed(map: Grid, count: number, { sets, centres, isLost }: Traced): Places {
  const known = new Map<string, number>()
  const starts = [0]
  const members: number[] = []
  const numbers = sets.map((set, at) => {
    if (set.length === 0) return isLost(at) ? nowhere : padding
    const key = set.join()
    const number = known.get(key) ?? known.size
    if (number === known.size) {
      known.set(key, number)
      for (const token of set) members.push(token)
      starts.push(members.length)
    }
    return number
  })
  return {
    map,
    count,
    sets: Int32Array.from(numbers),
    starts: Int32Array.from(starts),
    members: Int32Array.from(members),
    centres: Int32Array.from(sets, (set, i) =>
      set.length === 0 ? numbers[i] : middleOf(map, set, centres[i]),
    ),
  }
}

/** The traced middle, or the middle of the set's box where that lies on padding, or where the set is the whole map. */
function middleOf({ height, width, prefix }: Grid, set: TokenSet, traced: TokenSet): number {
  if (traced.length === 1 && set.length < height * width) return traced[0]
  const cells = set.filter((token) => token >= prefix).map((token) => token - prefix)
  if (cells.length === 0) return set[0]
  const middle = (at: readonly number[]) => Math.floor((Math.min(...at) + Math.max(...at)) / 2)
  const row = middle(cells.map((cell) => Math.floor(cell / width)))
  return prefix + row * width + middle(cells.map((cell) => cell % width))
}

function nowherePlaces({ axes, perWindow }: Tokens): Places {
  const count = axes.reduce((product, { count }) => product * count, 1)
  return {
    map: { height: 0, width: 0, prefix: 0 },
    count: perWindow,
    sets: new Int32Array(count).fill(nowhere),
    starts: Int32Array.of(0),
    members: new Int32Array(0),
    centres: new Int32Array(count).fill(nowhere),
  }
}
