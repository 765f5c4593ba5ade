/** Models that timm evaluates otherwise than the rest of their family. */
import { clipValues, imagenetValues, type Preprocessing, symmetricValues } from './preprocessing'

/** From the default pretrained_cfg of timm 1.0.28, name by name (convnextv2_huge: of its weights for 224 pixels). */
const rows: readonly (readonly [says: Partial<Preprocessing>, ids: string])[] = [
  [
    { crop: 0.875 },
    `
      convnext_base convnext_large convnext_xlarge convnext_atto convnext_femto convnext_pico
      convnextv2_atto convnextv2_femto convnextv2_pico convnextv2_nano convnextv2_tiny
      convnextv2_small convnextv2_base convnextv2_large convnextv2_huge resnet26 resnet200 resnet10t
      resnet14t resnet18d resnet34d resnet26d resnet50c resnet50d resnet50s resnet50t resnet101c
      resnet101s resnet152c resnet152s wide_resnet50_2 resnext50d_32x4d seresnet18 seresnet34
      seresnet50t seresnet101 seresnet152 seresnet200d seresnet269d seresnext26d_32x4d
      seresnext26t_32x4d seresnext50_32x4d seresnext101_32x4d seresnext101_64x4d senet154
      ecaresnet26t ecaresnet50t ecaresnet50d ecaresnetlight ecaresnet101d ecaresnext26t_32x4d
      ecaresnext50t_32x4d resnetblur18 resnetblur50 resnetblur50d resnetblur101d resnetaa34d
      seresnetaa50d resnetv2_50x1_bit resnetv2_152x2_bit mobilenetv4_conv_small
    `,
  ],
  [
    { crop: 1 },
    `
      swinv2_cr_tiny_384 swinv2_cr_small_384 swinv2_cr_small_ns_256 swinv2_cr_base_384
      swinv2_cr_large_384 swinv2_cr_huge_384 swinv2_cr_giant_384 volo_d1_384 volo_d2_384 volo_d3_448
      focalnet_large_fl3 focalnet_large_fl4 focalnet_xlarge_fl3 focalnet_xlarge_fl4
      seresnextaa201d_32x8d resnetrs152 resnetrs200 resnetrs270 resnetrs350 resnetrs420 regnety_640
      regnety_1280 regnety_2560 regnetz_040 regnetz_040_h efficientnetv2_s efficientnetv2_m
      efficientnetv2_l efficientnetv2_xl efficientnetv2_rw_t efficientnetv2_rw_s efficientnetv2_rw_m
    `,
  ],
  [
    { filter: 'bilinear' },
    `
      res2net50_26w_4s res2net50_26w_6s res2net50_26w_8s res2net50_48w_2s res2net50_14w_8s
      res2net50d res2net101_26w_4s res2net101d res2next50 resnest14d resnest26d resnest50d
      resnest101e resnetv2_50x3_bit resnetv2_101x1_bit resnetv2_101x3_bit resnetv2_152x4_bit
      mobileone_s0 mobilenetv3_large_075 fbnetc_100 spnasnet_100 lcnet_035 lcnet_150 vgg11 vgg11_bn
      vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn
    `,
  ],
  [
    { mode: 'squash' },
    `
      eva_giant_patch14_336 eva02_base_patch14_448 eva02_large_patch14_448 eva_large_patch14_336
      vit_base_patch16_clip_384 vit_large_patch14_clip_336 vit_huge_patch14_clip_336
      vit_gigantic_patch14_clip_378 vit_medium_patch16_gap_384 vit_so150m2_patch16_reg1_gap_448
      maxvit_tiny_tf_384 maxvit_tiny_tf_512 maxvit_small_tf_384 maxvit_small_tf_512
      maxvit_base_tf_384 maxvit_base_tf_512 maxvit_large_tf_384 maxvit_large_tf_512
      maxvit_xlarge_tf_384 maxvit_xlarge_tf_512 maxvit_rmlp_base_rw_384 maxxvitv2_rmlp_base_rw_384
      coatnet_rmlp_2_rw_384 coat_lite_medium_384 tiny_vit_21m_512 dm_nfnet_f0
    `,
  ],
  [
    { crop: 0.9 },
    `
      deit3_small_patch16_224 deit3_medium_patch16_224 deit3_base_patch16_224
      deit3_large_patch16_224 deit3_huge_patch14_224 vit_so150m_patch16_reg4_map_256 resnext26ts
      seresnext26ts gcresnext26ts eca_resnext26ts resnet32ts resnet33ts seresnet33ts gcresnet33ts
      eca_resnet33ts gcresnet50t gcresnext50ts resnet61q resnet50_mlp
    `,
  ],
  [
    { crop: 0.875, filter: 'bilinear' },
    `
      wide_resnet101_2 resnext101_32x4d resnext101_32x8d resnext101_32x16d resnext101_32x32d
      repvgg_a0 repvgg_a1 repvgg_a2 repvgg_b0 repvgg_b1 repvgg_b1g4 repvgg_b2 repvgg_b2g4 repvgg_b3
      repvgg_b3g4 resnet51q gernet_s gernet_m gernet_l
    `,
  ],
  [
    { crop: 0.94 },
    `
      resnet50_gn resnet26t resnetrs101 sebotnet33ts_256 sehalonet33ts halonet50ts eca_halonext26ts
      lambda_resnet26t lambda_resnet26rpt_256 regnetz_d8 regnetz_e8 nf_resnet50
    `,
  ],
  [
    { crop: 0.965 },
    `
      regnetx_008 regnetx_016 regnetx_032 regnetx_080 regnetx_160 regnetx_320 regnety_004
      regnety_016 regnety_320 regnetx_004_tv regnety_008_tv regnety_080_tv
    `,
  ],
  [
    { crop: 0.95 },
    `
      regnety_032 regnety_040 regnety_064 regnety_080 regnety_120 regnety_160 regnetv_040
      regnetv_064 regnetz_005 test_efficientnet
    `,
  ],
  [
    { ...symmetricValues },
    `
      gmlp_ti16_224 gmlp_s16_224 gmlp_b16_224 resnetv2_50 resnetv2_101 mobilenetv1_100
      mobilenet_edgetpu_v2_m
    `,
  ],
  [
    { crop: 0.875, ...symmetricValues },
    `
      resnetv2_50d resnetv2_50t resnetv2_101d resnetv2_152 resnetv2_152d mobilenetv4_conv_small_035
      mobilenetv4_conv_small_050
    `,
  ],
  [
    { crop: 0.9, ...symmetricValues },
    `
      resnetv2_18 resnetv2_18d resnetv2_34 resnetv2_34d mobilenetv1_125 efficientnet_b1
    `,
  ],
  [
    { ...symmetricValues, filter: 'bilinear' },
    `
      tf_mobilenetv3_large_100 tf_mobilenetv3_large_075 tf_mobilenetv3_large_minimal_100
      tf_mobilenetv3_small_100 tf_mobilenetv3_small_075 tf_mobilenetv3_small_minimal_100
    `,
  ],
  [
    { crop: 0.882 },
    `
      tf_efficientnet_b1 efficientnet_lite1 tf_efficientnet_lite1 efficientnet_em tf_efficientnet_em
      tf_efficientnetv2_b1
    `,
  ],
  [{ crop: 0.9, filter: 'bilinear' }, 'mobileone_s1 mobileone_s2 mobileone_s3 mobileone_s4'],
  [
    { crop: 0.89 },
    `
      tf_efficientnet_b2 efficientnet_lite2 tf_efficientnet_lite2 tf_efficientnetv2_b2
    `,
  ],
  [
    { crop: 0.904 },
    `
      tf_efficientnet_b3 efficientnet_lite3 efficientnet_el tf_efficientnet_el
    `,
  ],
  [
    { crop: 1, ...symmetricValues, mode: 'squash' },
    'tf_efficientnetv2_m tf_efficientnetv2_l tf_efficientnetv2_xl',
  ],
  [{ crop: 0.95, filter: 'bilinear' }, 'fbnetv3_b fbnetv3_d fbnetv3_g'],
  [{ crop: 1, ...clipValues }, 'convnext_xxlarge convnext_large_mlp'],
  [{ crop: 0.94, ...symmetricValues }, 'regnetz_b16 regnetz_c16'],
  [{ crop: 0.942 }, 'efficientnet_b6 tf_efficientnet_b6'],
  [{ crop: 0.949 }, 'efficientnet_b7 tf_efficientnet_b7'],
  [{ crop: 0.922 }, 'tf_efficientnet_b4 efficientnet_lite4'],
  [{ ...imagenetValues, mode: 'squash' }, 'eva_giant_patch14_560'],
  [{ ...clipValues }, 'vit_betwixt_patch16_rope_reg4_gap_256'],
  [{ crop: 0.91 }, 'resnetrs50'],
  [{ crop: 0.909 }, 'resnest200e'],
  [{ crop: 0.928 }, 'resnest269e'],
  [{ crop: 0.8975 }, 'legacy_xception'],
  [{ crop: 1, filter: 'bilinear' }, 'repvgg_d2se'],
  [{ crop: 0.91, mode: 'squash' }, 'dm_nfnet_f1'],
  [{ crop: 0.92, mode: 'squash' }, 'dm_nfnet_f2'],
  [{ crop: 0.94, mode: 'squash' }, 'dm_nfnet_f3'],
  [{ crop: 0.951, mode: 'squash' }, 'dm_nfnet_f4'],
  [{ crop: 0.954, mode: 'squash' }, 'dm_nfnet_f5'],
  [{ crop: 0.956, mode: 'squash' }, 'dm_nfnet_f6'],
  [{ crop: 0.95, ...symmetricValues }, 'test_nfnet'],
  [{ crop: 0.95, ...symmetricValues, filter: 'bilinear' }, 'mobilenetv3_large_150d'],
  [{ crop: 1, mode: 'squash' }, 'efficientnet_b5'],
  [{ crop: 0.954 }, 'efficientnet_b8'],
  [{ crop: 0.961 }, 'efficientnet_l2'],
  [{ crop: 0.934 }, 'tf_efficientnet_b5'],
  [{ crop: 0.954, ...symmetricValues }, 'tf_efficientnet_b8'],
  [{ crop: 0.936 }, 'tf_efficientnet_l2'],
  [{ crop: 0.904, filter: 'bilinear' }, 'tf_efficientnet_lite3'],
  [{ crop: 0.92, filter: 'bilinear' }, 'tf_efficientnet_lite4'],
  [{ crop: 1, ...symmetricValues }, 'tf_efficientnetv2_s'],
  [{ crop: 0.9, ...symmetricValues, mode: 'squash' }, 'tf_efficientnetv2_b3'],
]

/** What of a family's preprocessing is different for one preset. */
export const evaluated: ReadonlyMap<string, Partial<Preprocessing>> = new Map(
  rows.flatMap(([says, ids]) =>
    ids
      .trim()
      .split(/\s+/)
      .map((id) => [id, says] as const),
  ),
)
