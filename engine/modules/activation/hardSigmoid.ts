import { defineModule } from '../module'

/** Sigmoid from straight pieces: y = min(max(x + 3, 0), 6) / 6. Howard et al. 2019, https://arxiv.org/abs/1905.02244 */
export const hardSigmoid = defineModule({
  id: 'hardSigmoid',
  title: 'Hard sigmoid',

  kind: 'activation',
  summary: 'Sigmoid from straight pieces: the gate of MobileNetV3.',
  formula: 'y = min(max(x + 3, 0), 6)/6',
  paper: {
    title: 'Searching for MobileNetV3',
    authors: 'Howard et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1905.02244',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('hardsigmoid', x),
})
