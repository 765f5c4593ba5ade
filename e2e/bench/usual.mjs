/** The networks of the roadmap; `name@64` is one at another input side. */
export const usualNetworks = [
  'vit_tiny_patch16_224',
  'deit_small_patch16_224',
  'resnet50',
  'convnext_tiny',
  'swin_tiny_patch4_window7_224',
  'poolformer_s12',
  'convformer_s18',
  'caformer_s18',
]
