/**
 * Search by words: every word of the query must be found somewhere in an entry, and where it is found ranks the entry.
 * Accents, case and punctuation do not matter; `no softmax` is one word, so that it does not find what has a softmax.
 */

/** Texts of one importance. */
export interface Field {
  readonly weight: number
  readonly texts: readonly string[]
  /**
   * Each text is one idea, found by how it begins: `quadratic` is not in `subquadratic`, and `linear` with `cost` is not in a
   * linear layer of quadratic cost.
   */
  readonly areIdeas?: boolean
}

interface Indexed {
  readonly weight: number
  readonly areIdeas: boolean
  readonly texts: readonly { readonly words: readonly string[]; readonly whole: string }[]
}

export type Entry = readonly Indexed[]

const negations = new Set(['no', 'without', 'not'])

/** `No parameters (Régnier)` -> `no+parameters`, `regnier`. */
export function wordsOf(text: string): readonly string[] {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const words: string[] = []
  let negation = ''
  for (const word of plain.match(/[\p{L}\p{N}√λγ]+/gu) ?? []) {
    if (negations.has(word)) negation = 'no+'
    else {
      words.push(negation + word)
      negation = ''
    }
  }
  // Still being typed.
  return negation === '' ? words : [...words, 'no']
}

export const entryOf = (fields: readonly Field[]): Entry =>
  fields.map(({ weight, texts, areIdeas = false }) => ({
    weight,
    areIdeas,
    texts: [...new Set(texts)]
      .map(wordsOf)
      .filter((words) => words.length > 0)
      .map((words) => ({ words, whole: words.join(' ') })),
  }))

/** 0 when a word is missing; larger is better. No words find everything. */
function scoreOf(entry: Entry, query: readonly string[]): number {
  if (query.length === 0) return 1
  const bests = query.map(() => 0)
  const phrase = query.join(' ')
  let score = 0
  for (const { weight, areIdeas, texts } of entry) {
    let together = 0
    for (const { words, whole } of texts) {
      if (areIdeas && !query.some((word) => words[0]?.startsWith(word))) continue
      for (const [index, word] of query.entries()) {
        for (const found of words) {
          const likely = weight * likeness(found, word, areIdeas)
          if (likely > (bests[index] ?? 0)) bests[index] = likely
        }
      }
      // All words in one text, in their order: that is what was meant.
      if (whole === phrase) together = 3
      else if (whole.startsWith(phrase)) together = Math.max(together, 2)
      else if (query.length > 1 && whole.includes(phrase)) together = Math.max(together, 1)
    }
    score += together * weight
  }
  return bests.includes(0) ? 0 : bests.reduce((sum, best) => sum + best, score)
}

function likeness(found: string, word: string, isIdea: boolean): number {
  if (found === word) return 1
  if (found.startsWith(word)) return 0.8
  const isInside = !isIdea && word.length > 2 && !found.startsWith('no+') && found.includes(word)
  return isInside ? 0.4 : 0
}

interface Found<Thing> {
  /** The best first; equals in their own order. */
  readonly things: readonly Thing[]
  /** Of the best one. */
  readonly score: number
}

export function find<Thing>(
  things: readonly Thing[],
  query: string,
  entry: (thing: Thing) => Entry,
): Found<Thing> {
  const words = wordsOf(query)
  if (words.length === 0) return { things, score: 0 }
  const scored = things
    .map((thing) => ({ thing, score: scoreOf(entry(thing), words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  return { things: scored.map(({ thing }) => thing), score: scored[0]?.score ?? 0 }
}

export const ranked = <Thing>(
  things: readonly Thing[],
  query: string,
  entry: (thing: Thing) => Entry,
): readonly Thing[] => find(things, query, entry).things

/** Computes something once per key. */
export function remembered<Key extends object, Result>(compute: (key: Key) => Result): (key: Key) => Result {
  const known = new WeakMap<Key, { readonly result: Result }>()
  return (key) => {
    let found = known.get(key)
    if (!found) {
      found = { result: compute(key) }
      known.set(key, found)
    }
    return found.result
  }
}
