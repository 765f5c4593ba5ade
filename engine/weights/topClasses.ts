/** What a classifier says about a picture: the classes that it holds for most likely, by name. */

export interface ClassGuess {
  readonly index: number
  /** All its names, the usual one first. */
  readonly label: string
  /** The logit. */
  readonly value: number
  readonly probability: number
}

/** The five most likely of ImageNet's thousand classes; null for outputs that are no such logits. */
export async function topClasses(logits: Float32Array): Promise<readonly ClassGuess[] | null> {
  if (logits.length !== 1000) return null
  const { imagenetLabels } = await import('./imagenetLabels')
  const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const total = logits.reduce((sum, value) => sum + Math.exp(value - largest), 0)
  return [...logits]
    .map((value, index) => ({
      index,
      value,
      label: imagenetLabels[index] ?? '',
      probability: Math.exp(value - largest) / total,
    }))
    .sort((a, b) => b.value - a.value || a.index - b.index)
    .slice(0, 5)
}
