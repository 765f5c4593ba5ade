/**
 * Cases whose recorded gradient contradicts finite differences of the reference itself, in double precision: in Debian's
 * PyTorch 1.13 the gradient of a chain of modules is wrong here, though that of each module by itself is right. (LeViT:
 * ∂/∂x[0, 0, 0] is recorded as −0.0152; (f(x + h) − f(x − h))/2h of the same PyTorch model gives 0.01877, and so do we.)
 * Their gradients are held against finite differences instead, in contradictedFields.test.ts.
 */
export const contradictedFields: ReadonlySet<string> = new Set([
  'cmt_tiny',
  'fastvit_sa',
  'fcaformer_tiny',
  'lambdanet',
  'lambdanet_relpos',
  'levit',
  'levit_distilled',
  'nextvit',
  'rmt_tiny',
  'van_tiny',
  'xcit_p16',
  'xcit_p8_tokensnorm',
])

/**
 * The same for full models, with what timm's own model gives by finite differences in double precision: the change of the
 * features' sum at the place, along the picture sin(1.7 i), where i runs over rows, columns and colours.
 */
export const differencesOfFields: ReadonlyMap<string, number> = new Map([
  ['efficientformer_l1', -0.07935204716],
  ['lambda_resnet26t', -106.46012214],
  ['nextvit_small', -0.98463493688],
])
