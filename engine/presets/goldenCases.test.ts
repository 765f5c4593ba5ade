import { expect, test } from 'vitest'
import { elements } from '../graph/graph'
import { lower } from '../lower/lower'
import { goldenModel } from './goldenCases'

const timm = 'timm v1.0.28 (tag)'
const sail = 'sail-sg/metaformer @64c534ab8f65 metaformer_baselines.py'

/** Calls as they stand in golden cases, with the parameters (trainable and frozen) that the reference counted. */
const calls: readonly (readonly [
  size: number,
  source: string,
  features: string,
  params: number,
  call: string,
])[] = [
  [
    64,
    timm,
    'stages.3',
    185666,
    'MetaFormer(num_classes=10,depths=(1,1,2,2),dims=(12,24,32,64),token_mixers=[SepConv,SepConv,Attention,Attention],norm_layers=[LayerNorm2dNoBias]*2+[LayerNormNoBias]*2)',
  ],
  [
    64,
    timm,
    'stages.3',
    51326,
    'MetaFormer(num_classes=10,depths=(1,1,1,1),dims=(12,24,32,40),downsample_norm=None,mlp_act=nn.GELU,mlp_bias=True,norm_layers=GroupNorm1,layer_scale_init_values=1e-5,res_scale_init_values=None,use_mlp_head=False)',
  ],
  [
    64,
    sail,
    'stages.3.0',
    50586 + 272,
    'MetaFormer(num_classes=10,depths=[1,1,1,1],dims=[12,24,32,40],token_mixers=[nn.Identity,nn.Identity,partial(RandomMixing,num_tokens=16),partial(RandomMixing,num_tokens=4)],norm_layers=partial(LayerNormGeneral,normalized_dim=(1,2,3),eps=1e-6,bias=False))',
  ],
  [
    64,
    'sail-sg/metaformer@64c534ab8f65',
    'stages.3.0',
    180694,
    'MetaFormer(depths=[1,1,2,1],dims=[16,32,48,64],token_mixers=[SepConv,Pooling,Attention,Attention],head_fn=MlpHead,layer_scale_init_values=[1e-5,None,1e-5,None],res_scale_init_values=[1.0,None,1.0,1.0],num_classes=10)  -- LayerNormWithoutBias over C; stage 1 and 3 have both scales (BranchScale)',
  ],
  [
    224,
    'sail-sg/metaformer@64c534ab8f65',
    'stages.0.17',
    21928588,
    'RECONSTRUCTION: MetaFormer(depths=[18],dims=[384],token_mixers=Identity) with 16x16 patch conv',
  ],
  [
    64,
    'sail-sg/poolformer models/poolformer.py @a075575b8b3dc3c76ecc5c49985d156167372bfa',
    'network.6.0',
    51326,
    'PoolFormer([1,1,1,1],embed_dims=[12,24,32,40],mlp_ratios=[4,4,4,4],downsamples=[True]*4,num_classes=10)',
  ],
  [
    32,
    timm,
    'norm',
    67722,
    'VisionTransformer(img_size=32,patch_size=8,embed_dim=48,depth=2,num_heads=3,num_classes=10,qk_norm=True,init_values=1e-5,reg_tokens=4,no_embed_class=True)',
  ],
  [
    32,
    timm,
    'blocks.1',
    67162,
    "VisionTransformer(img_size=32,patch_size=8,embed_dim=48,depth=2,num_heads=3,num_classes=10,class_token=False,global_pool='avg')",
  ],
  [
    64,
    timm,
    'stages.3',
    41102,
    "ConvNeXt(num_classes=10,depths=(1,1,1,1),dims=(12,24,32,40),conv_mlp=True,kernel_sizes=5,act_layer='gelu_tanh')",
  ],
  [32, timm, 'norm', 49194, 'MlpMixer(img_size=32,patch_size=8,num_classes=10,num_blocks=2,embed_dim=48)'],
  [64, timm, 'layer4', 97426, 'ResNet(BasicBlock,[2,1,1,1],num_classes=10,channels=(20,24,32,48))'],
  [64, timm, 'layer4', 38602, 'ResNet(Bottleneck,[2,1,1,1],num_classes=10,channels=(8,12,16,20))'],
  [
    64,
    timm,
    'features.11',
    262118,
    "VGG([8,'M',20,'M',24,'M'],num_classes=10,mlp_ratio=0.01,norm_layer=nn.BatchNorm2d)",
  ],
  [
    32,
    timm,
    'norm',
    58042,
    "VisionTransformer(img_size=32,patch_size=8,embed_dim=48,depth=2,num_heads=3,num_classes=10,mlp_layer=__import__('timm.layers',fromlist=['x']).SwiGLUPacked,act_layer=nn.SiLU,mlp_ratio=4.0)",
  ],
  [
    32,
    timm,
    'norm',
    53306,
    'MlpMixer(img_size=32,patch_size=8,num_classes=10,num_blocks=2,embed_dim=48,mlp_ratio=6,block_layer=SpatialGatingBlock,mlp_layer=GatedMlp)',
  ],
  [
    64,
    timm,
    'layer4',
    115356,
    "ResNet(Bottleneck,[2,1,1,1],num_classes=10,channels=(16,24,32,40),stem_width=10,stem_type='deep',avg_down=True,block_args=dict(attn_layer='se'))",
  ],
  [
    64,
    timm,
    'blocks.3',
    28354,
    "MobileNetV3(block_args=decode_arch_def([['ds_r1_k3_s1_e1_c8_se0.25_nre'],['ir_r2_k3_s2_e4_c24_se0.25'],['ir_r1_k5_s2_e6_c16'],['cn_r1_k1_s1_c48']]),num_classes=10,num_features=64,stem_size=16,act_layer=nn.Hardswish,se_layer=partial(__import__('timm.layers',fromlist=['x']).SqueezeExcite if False else __import__('timm.models._efficientnet_blocks',fromlist=['x']).SqueezeExcite,gate_layer='hard_sigmoid',force_act_layer=nn.ReLU,rd_round_fn=round_channels))",
  ],
  [
    64,
    timm,
    's4',
    64148,
    'RegNet(RegNetCfg(w0=8,wa=8.0,wm=2.0,group_size=8,depth=8,se_ratio=0.25,stem_width=16),num_classes=10)',
  ],
  [224, timm, 'act2', 5288548, "create_model('efficientnet_b0')"],
  [224, timm, 'stages.3', 26341656, "create_model('caformer_s18')"],
]

test.each(calls)(
  'at %i px, %s: features %s, %i parameters from %s',
  (size, source, features, params, call) => {
    const model = goldenModel({ source, call }, size)
    if (!model) throw new Error(`${call} is not built`)
    expect(model.features).toBe(features)
    const { graph, diagnostics } = lower(model.document)
    expect(diagnostics).toEqual([])
    expect(graph.scopes.some(({ key, output }) => key === features && output !== null)).toBe(true)
    expect(model.document.input).toEqual({ height: size, width: size, channels: 3 })
    const counted = graph.nodes.reduce(
      (sum, node) => (node.op === 'param' && node.attrs.role !== 'buffer' ? sum + elements(node.shape) : sum),
      0,
    )
    expect(counted).toBe(params)
  },
)

test.each([
  ["VisionTransformer(img_size=32,mlp_layer=__import__('timm.layers',fromlist=['x']).Somebody)"],
  ['ConvNeXt(num_classes=10,depths=(1,1,1,1),dims=(12,24,32,40),use_grn=True,norm_first=True)'],
  ["ResNet(Bottleneck,[2,1,1,1],stem_type='deep',block_args=dict(attn_layer='bam'))"],
  ['ResNet(Bottleneck,[2,1,1,1],block_args=dict(scale=4))'],
  ['ResNet(Bottle3neck,[1,1,1,1])'],
  ['MlpMixer(img_size=32,mlp_ratio=3)'],
  ['RegNet(RegNetCfg(w0=8,wa=8.0,wm=2.0,group_size=8,depth=8,preact=True))'],
  ["EfficientNet(block_args=decode_arch_def([['ir_r1_k3_s1_e1_c8']]),aa_layer=BlurPool2d)"],
  ['MetaFormer(token_mixers=[SepConv,Somebody])'],
  ['SomebodyTransformer(img_size=56)'],
  ["create_model('somebody_tiny')"],
  ['toString()'],
  ['ResNet(BasicBlock,[2,1'],
  [''],
])('%s has to wait', (call) => {
  expect(goldenModel({ source: timm, call }, 224)).toBeNull()
})
