/** The first components of tokens with colours in mind: class tokens aside, and, if asked, of the foreground alone. */
import { type Components, componentScores, principalComponents } from './components'

/** Which side of the first component of all tokens is the foreground; its sign alone means nothing. */
export type Side = 'all' | 'above' | 'below'

export interface ComponentFit {
  readonly components: Components
  /** Of all tokens together: what tells foreground from background. */
  readonly first: Components
  /** Per part, [tokens]: 1 where the fit looked. */
  readonly isUsed: readonly Uint8Array[]
}

export interface FitOptions {
  /** Class and register tokens at the start of each part, which are not fitted. */
  readonly prefix: number
  readonly side: Side
  readonly like?: ComponentFit | null
}

/**
 * Fitted over all parts together, each [tokens, channels]. With a side, only tokens whose first component lies there are
 * fitted again, as in the figures of DINOv2 (Oquab et al. 2023, https://arxiv.org/abs/2304.07193).
 */
export function fitComponents(
  parts: readonly Float32Array[],
  channels: number,
  { prefix, side, like = null }: FitOptions,
): ComponentFit {
  const first = principalComponents(parts, channels, {
    isUsed: (_, token) => token >= prefix,
    like: like?.first ?? null,
  })
  const isUsed = parts.map((values) => {
    const scores = componentScores(values, channels, first)
    const axes = first.axes.length
    return Uint8Array.from({ length: values.length / channels }, (_, token) => {
      if (token < prefix) return 0
      const score = axes > 0 ? (scores[token * axes] ?? 0) : 0
      return side === 'all' || (side === 'above' ? score > 0 : score < 0) ? 1 : 0
    })
  })
  const components =
    side === 'all'
      ? first
      : principalComponents(parts, channels, {
          isUsed: (part, token) => isUsed[part]?.[token] === 1,
          like: like?.components ?? null,
        })
  return { components, first, isUsed }
}
