/**
 * What the reference implementations count: timm v1.0.28, and sail-sg/metaformer@64c534ab8f65 for IdentityFormer and
 * RandFormer (golden/models.json; the two isotropic ones from their case files). `keys` are the float tensors of the
 * state_dict: their number, and FNV-1a of the sorted lines `name 64x3x7x7`.
 */
export const golden: { readonly [name: string]: GoldenFacts } = {
  caformer_s18: {
    params: 26341656,
    frozen: 0,
    macs: { conv: 1245167616, linear: 2633121792, matmul: 228652032, total: 4106941440 },
    keys: { count: 206, hash: 4092868404 },
  },
  convformer_s18: {
    params: 26774448,
    frozen: 0,
    macs: { conv: 3937887744, linear: 3096576, matmul: 0, total: 3940984320 },
    keys: { count: 242, hash: 3239314034 },
  },
  poolformer_s12: {
    params: 11915176,
    frozen: 0,
    macs: { conv: 1811755008, linear: 512000, matmul: 0, total: 1812267008 },
    keys: { count: 132, hash: 227676394 },
  },
  poolformerv2_s12: {
    params: 11891712,
    frozen: 0,
    macs: { conv: 1811755008, linear: 512000, matmul: 0, total: 1812267008 },
    keys: { count: 104, hash: 2240668736 },
  },
  identityformer_s12: {
    params: 11891712,
    frozen: 0,
    macs: { conv: 231813120, linear: 1580453888, matmul: 0, total: 1812267008 },
    keys: { count: 104, hash: 986360011 },
  },
  randformer_s12: {
    params: 11891712,
    frozen: 235298,
    macs: { conv: 231813120, linear: 1580453888, matmul: 76217344, total: 1888484352 },
    keys: { count: 112, hash: 3193375431 },
  },
  identityformer_s_iso: {
    params: 21928588,
    frozen: 0,
    macs: { conv: 57802752, linear: 4162182144, matmul: 0, total: 4219984896 },
    keys: { count: 114, hash: 3322659840 },
  },
  identityformer_s_iso_convstem: {
    params: 22511980,
    frozen: 0,
    macs: { conv: 478679040, linear: 4162182144, matmul: 0, total: 4640861184 },
    keys: { count: 120, hash: 2183884098 },
  },
  vit_tiny_patch16_224: {
    params: 5717416,
    frozen: 0,
    macs: { conv: 28901376, linear: 1045949952, matmul: 178831872, total: 1253683200 },
    keys: { count: 152, hash: 637509891 },
  },
  vit_small_patch16_224: {
    params: 22050664,
    frozen: 0,
    macs: { conv: 57802752, linear: 4183415808, matmul: 357663744, total: 4598882304 },
    keys: { count: 152, hash: 2720557910 },
  },
  vit_base_patch16_224: {
    params: 86567656,
    frozen: 0,
    macs: { conv: 115605504, linear: 16732895232, matmul: 715327488, total: 17563828224 },
    keys: { count: 152, hash: 3214335976 },
  },
  vit_small_patch8_224: {
    params: 21670272,
    frozen: 0,
    macs: { conv: 57802752, linear: 16668426240, matmul: 5679129600, total: 22405358592 },
    keys: { count: 150, hash: 1118595287 },
  },
  deit_small_patch16_224: {
    params: 22050664,
    frozen: 0,
    macs: { conv: 57802752, linear: 4183415808, matmul: 357663744, total: 4598882304 },
    keys: { count: 152, hash: 2720557910 },
  },
  convnext_tiny: {
    params: 28589128,
    frozen: 0,
    macs: { conv: 292965120, linear: 4162566144, matmul: 0, total: 4455531264 },
    keys: { count: 182, hash: 3612143539 },
  },
  convnext_small: {
    params: 50223688,
    frozen: 0,
    macs: { conv: 359347968, linear: 8324364288, matmul: 0, total: 8683712256 },
    keys: { count: 344, hash: 1095877146 },
  },
  mixer_s16_224: {
    params: 18528264,
    frozen: 0,
    macs: { conv: 77070336, linear: 3699888128, matmul: 0, total: 3776958464 },
    keys: { count: 102, hash: 3101802983 },
  },
  resnet18: {
    params: 11689512,
    frozen: 0,
    macs: { conv: 1813561344, linear: 512000, matmul: 0, total: 1814073344 },
    keys: { count: 102, hash: 2195605292 },
  },
  resnet50: {
    params: 25557032,
    frozen: 0,
    macs: { conv: 4087136256, linear: 2048000, matmul: 0, total: 4089184256 },
    keys: { count: 267, hash: 1664506417 },
  },
}

export interface GoldenFacts {
  readonly params: number
  readonly frozen: number
  readonly macs: {
    readonly conv: number
    readonly linear: number
    readonly matmul: number
    readonly total: number
  }
  readonly keys: { readonly count: number; readonly hash: number }
}
