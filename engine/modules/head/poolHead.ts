import { linear } from '../../nn/linear'
import { choice, slot } from '../../schema/schema'
import { generalisedMean, globalAverage } from '../globalPooling'
import { defineModule } from '../module'
import { classesField, headSubtitle } from './fields'

/**
 * Global average pooling, norm and one linear layer, in this order or with the norm first.
 *
 * x [n, h, w, c] or [n, t, c] → logits [n, classes]; class token and registers do not count in the average.
 * Lin et al. 2013, Network In Network, https://arxiv.org/abs/1312.4400
 */
export const poolHead = defineModule({
  id: 'poolHead',
  title: 'Pooling head',
  kind: 'head',
  summary: 'Averages all positions and classifies the mean.',
  formula: 'y = Norm(mean(x))·W + b',
  paper: {
    title: 'Network In Network',
    authors: 'Lin et al.',
    year: 2013,
    url: 'https://arxiv.org/abs/1312.4400',
  },
  inputs: ['x'],
  attrs: {
    classes: classesField(),
    norm: slot({ label: 'Norm', of: 'norm', default: 'layerNorm' }),
    normOrder: choice({
      label: 'Norm comes',
      help: 'ConvNeXt and MetaFormer pool first, Swin and Mixer normalise first.',
      default: 'after',
      options: [
        { value: 'after', label: 'After pooling' },
        { value: 'before', label: 'Before pooling' },
      ],
    }),
    pooling: choice({
      label: 'Pooling',
      help: 'The generalised mean, (mean xᵖ)^(1/p) with a learned p, lies between mean and maximum (MultiGrain).',
      default: 'mean',
      options: [
        { value: 'mean', label: 'Mean' },
        { value: 'generalised', label: 'Generalised mean' },
      ],
    }),
  },
  subtitle: headSubtitle,
  build(b, [x], { classes, norm, normOrder, pooling }) {
    let y = normOrder === 'before' ? b.module(norm, 'norm', x) : x
    const pool = pooling === 'mean' ? globalAverage : generalisedMean
    y = b.part('global_pool', () => pool(b, 'poolHead', y))
    if (normOrder === 'after') y = b.module(norm, 'norm', y)
    return classes === 0 ? y : linear(b, y, { name: 'fc', out: classes, bias: true })
  },
})
