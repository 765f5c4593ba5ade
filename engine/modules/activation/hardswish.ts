import { defineModule } from '../module'

/** SiLU from straight pieces: y = x min(max(x + 3, 0), 6) / 6. Howard et al. 2019, https://arxiv.org/abs/1905.02244 */
export const hardswish = defineModule({
  id: 'hardswish',
  title: 'Hardswish',
  kind: 'activation',
  summary: 'SiLU from straight pieces: cheap where exponentials are not.',
  formula: 'y = x·min(max(x + 3, 0), 6)/6',
  paper: {
    title: 'Searching for MobileNetV3',
    authors: 'Howard et al.',
    year: 2019,
    url: 'https://arxiv.org/abs/1905.02244',
  },
  inputs: ['x'],
  attrs: {},
  build: (b, [x]) => b.unary('hardswish', x),
})
