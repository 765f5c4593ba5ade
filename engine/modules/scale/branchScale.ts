import { channelsOf } from '../layout'
import { checkSameShape } from '../merge/shapes'
import { defineModule } from '../module'

/**
 * ResScale and LayerScale in one residual add: y = λᵣ ⊙ x + λₗ ⊙ F(x). It takes the place of the add.
 *
 * Yu et al. 2022, MetaFormer Baselines for Vision, Table VIII, https://arxiv.org/abs/2210.13452
 */
export const branchScale = defineModule({
  id: 'branchScale',
  title: 'BranchScale',
  kind: 'scale',
  mark: 'λ',
  summary: 'Adds branch to shortcut with a learnable factor per channel on both.',
  formula: 'y = λᵣ ⊙ x + λₗ ⊙ F(x)',
  paper: {
    title: 'MetaFormer Baselines for Vision',
    authors: 'Yu et al.',
    year: 2022,
    url: 'https://arxiv.org/abs/2210.13452',
  },
  inputs: ['shortcut', 'branch'],
  attrs: {},
  build(b, [shortcut, branch]) {
    checkSameShape('branchScale', [shortcut, branch])
    const channels = channelsOf(shortcut)
    const resScale = b.weight('res_scale', [channels], { init: 'one' })
    const layerScale = b.weight('layer_scale', [channels], { init: 'one' })
    return b.add(b.mul(shortcut, resScale), b.mul(branch, layerScale))
  },
})
