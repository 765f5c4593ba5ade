import { number } from '../../schema/schema'
import { tokenSizes, toTokens } from '../layout'
import { shuffledPlaces } from '../masking'
import { defineModule } from '../module'

/**
 * Leaves out a share of the patches at random, as masked autoencoders do before they encode; class token and registers stay.
 *
 * x [n, p + t, c] → [n, p + ⌊t·(1 − r)⌋, c], in random order. The noise is the same for all pictures and runs.
 * He et al. 2021, Masked Autoencoders Are Scalable Vision Learners, https://arxiv.org/abs/2111.06377
 */
export const randomMask = defineModule({
  id: 'randomMask',
  title: 'Random masking',
  shortTitle: 'Mask',
  kind: 'tensor',
  summary: 'Hides a random share of the patches: what is left is encoded, and the rest is to be guessed.',
  formula: 'Y = [x_cls, x_i : rank(noise_i) < k]',
  paper: {
    title: 'Masked Autoencoders Are Scalable Vision Learners',
    authors: 'He et al.',
    year: 2021,
    url: 'https://arxiv.org/abs/2111.06377',
  },
  inputs: ['x'],
  attrs: {
    ratio: number({ label: 'Hidden', help: 'Share of the patches.', default: 0.75, min: 0, max: 0.99 }),
  },
  subtitle: ({ ratio }) => `${Math.round(100 * ratio)} % hidden`,
  build(b, [x], { ratio }) {
    const tokens = toTokens(b, 'randomMask', x)
    const { n, t, c } = tokenSizes('randomMask', tokens)
    const prefix = tokens.grid?.prefix ?? 0
    const kept = Math.max(1, Math.floor((t - prefix) * (1 - ratio)))
    const places = b.slice(shuffledPlaces(b, t - prefix), { start: [0], size: [kept] })
    const patches = b.slice(tokens, { start: [0, prefix, 0], size: [n, t - prefix, c] })
    const visible = b.gather(patches, places, { axis: 1 })
    if (prefix === 0) return visible
    return b.concat([b.slice(tokens, { start: [0, 0, 0], size: [n, prefix, c] }), visible], 1)
  },
})
