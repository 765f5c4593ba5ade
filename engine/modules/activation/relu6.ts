import { defineModule } from '../module'

/** Rectifier with a ceiling: y = min(max(x, 0), 6). Sandler et al. 2018, https://arxiv.org/abs/1801.04381 */
export const relu6 = defineModule({
  id: 'relu6',
  title: 'ReLU6',
  kind: 'activation',
  summary: 'ReLU that also stops at six, so that eight bits are enough for it.',
  formula: 'y = min(max(x, 0), 6)',
  paper: {
    title: 'MobileNetV2: Inverted Residuals and Linear Bottlenecks',
    authors: 'Sandler et al.',
    year: 2018,
    url: 'https://arxiv.org/abs/1801.04381',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('relu6', x),
})
