/** Rows of the form that norms share. */
import { flag, number } from '../../schema/schema'

export const epsField = (value: number) =>
  number({
    label: 'Epsilon',
    help: 'Added to the variance before the root. PyTorch’s norms use 1e-5, timm’s own 1e-6.',
    default: value,
    min: 0,
    max: 1,
  })

export const weightField = () =>
  flag({ label: 'Scale', help: 'A learnable factor per channel.', default: true })

export const biasField = (value: boolean) =>
  flag({ label: 'Bias', help: 'A learnable offset per channel.', default: value })

/** `ε 1e-6` and what is missing, for the second line of a node. */
export const normSubtitle = ({ eps, bias }: { readonly eps: number; readonly bias?: boolean }): string =>
  `ε ${eps.toExponential()}${bias === false ? ', no bias' : ''}`
