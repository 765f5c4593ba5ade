/**
 * What deflate knows before it begins: pieces of compact documents that designs share, the likeliest last.
 *
 * Frozen: every link of version 1 refers into this text by distance. A changed letter breaks links that people keep;
 * better pieces need version 2 of the link. Modules that came later cost their names once per link, no more.
 */
const words = [
  // Names that may come to be.
  'windowAttention shiftedWindow gridAttention axialAttention stripAttention neighborhoodAttention dilatedAttention',
  'linearAttention crossAttention channelAttention pooledAttention deformableAttention focalModulation relativePosition',
  'rotaryEmbedding fourierMixing globalFilter selectiveScan dynamicConv involution shiftMixing largeKernelConv',
  'inceptionConv gatedMlp swiglu convMlp squeezeExcite invertedResidual ghostModule patchMerging spaceToDepth blurPool',
  'pixelShuffle upsample resize instanceNorm scaleNorm dynamicTanh mish elu leakyRelu gumbel dropPath registers',
  'largeKernelAttention gatedConv spatialLinear spatialGate depthwiseMlp globalResponseNorm affine localResponseNorm',
  'quickGelu hardSigmoid cbam distilledHead dilatedKernel levels normalize squareKernel bandKernel packed firstAct alpha',
  'beta divisor kernelWidth alignment ceil asMap windowSize shift reduction splitRatio expand clusters decay state order gate rate layers blocks.1 stage features.',
  // Modules and attributes.
  'resnetStem convStem overlapStem patchStem spatialMlp randomMixing identity pooling depthwiseConv separableConv',
  'multiply concat branchScale averagePool maxPool globalPool toTokens toMap linear convolution',
  'rmsNorm groupNorm batchNorm modifiedLayerNorm noNorm noActivation geluTanh gelu relu6 relu silu hardswish sigmoid tanh',
  'squaredRelu starRelu tokens mlpRatio weight firstKernel depth pool heads headDim qkNorm expansion poolSize hiddenNorm',
  'dilation countIncludePad padding classes flatten eps patchSize ratio weights linear',
]

const pieces = [
  '{"p":[',
  '{"b":1}',
  '{"m":{"gamma":"scale"}}',
  '{"m":{"gamma":""}}',
  '{"m":{"conv":"0","norm":"1"}}',
  '{"m":{"norm":"0","conv":"1"}}',
  '{"m":{"conv":"proj"}}',
  '{"k":"","m":{"fc":"head"}}',
  '{"k":"downsample_layers.0","m":{"norm":"post_norm"}}',
  '{"k":"downsample_layers.1","m":{"norm":"pre_norm"}}',
  '{"t":"Stage 1","k":""}',
  '{"o":{"0":{"token_mixer":{"attrs":{"module":"',
  '{"module":"groupNorm","attrs":{"groups":1}}',
  '{"module":"layerNorm","attrs":{"bias":false}}',
  '["se","squeezeExcite"],["downsample.0","averagePool",{"ceil":true}],["maxpool","maxPool",{"kernelSize":3}],',
  '["conv1",1,[0,["0","convolution",{"dim":32,"stride":2,"bias":false}],["1","batchNorm"],["2","relu"],["3","convolution",{"dim":32,"bias":false}],["4","batchNorm"],["5","relu"],["6","convolution",{"dim":64,"bias":false}]],{"t":"Stem"}],["bn1","batchNorm"],["act1","relu"],',
  '["conv2","convolution",{"groups":32,"bias":false}],',
  // A bottleneck and a basic block of a ResNet.
  '["layer1",1,[0,["0",1,[[1,[-1,1],7,[0,9],[8,9,1],2],["downsample","convDownsample",{"dim":256,"kernelSize":1,"stride":1,"norm":"batchNorm","normOrder":"after","bias":false},{"m":{"conv":"0","norm":"1"}}],',
  '["1",2,[[8,[-1,8],[7,8,1],2],["conv1","convolution",{"ratio":0.25,"kernelSize":1,"bias":false}],["bn1","batchNorm"],["act1","relu"],',
  '["conv2","convolution",{"stride":2,"bias":false}],["bn2","batchNorm"],["act2","relu"],["conv3","convolution",{"ratio":4,"kernelSize":1,"bias":false}],["bn3","batchNorm"],["add","add"],["act3","relu"]]]',
  // A ConvNeXt block.
  '[[4,[-1,4],[3,4,1],1],["conv_dw","depthwiseConv"],["norm","layerNorm"],["mlp","mlp"],["gamma","layerScale",0,{"m":{"gamma":""}}],["add","add"]]',
  // Mixers.
  '["token_mixer","identity"],["token_mixer","randomMixing"],["token_mixer","depthwiseConv"],["token_mixer","spatialMlp"],["token_mixer","pooling"]',
  // MetaFormer blocks: with norms of their own, with LayerScale, with ResScale, plain.
  '["norm1","modifiedLayerNorm"],["norm1","groupNorm",{"groups":1}],["norm1","batchNorm"],',
  '[[3,[-1,3],[2,3,1],3,[3,7],[6,7,1],1],["norm1","layerNorm"],["token_mixer","pooling"],["layer_scale1","layerScale",0,{"m":{"gamma":"scale"}}],["add1","add"],["norm2","layerNorm"],["mlp","mlp"],["layer_scale2","layerScale",0,{"m":{"gamma":"scale"}}],["add2","add"]]]]',
  '["patch_embed","patchStem",{"dim":192}],["patch_embed","patchStem",{"dim":384}],["cls_token","classToken"],["pos_embed","positionEmbedding"],["blocks.0",12,',
  '[[2,[-1,2],[1,2,1],2,[2,5],[4,5,1],1],["norm1","layerNorm"],["attn","attention",{"headDim":64}],["add1","add"],["norm2","layerNorm"],["mlp","mlp"],["add2","add"]]],["norm","layerNorm"],["head","classTokenHead"]]]',
  '[[1,[-1,1],1,[0,3],[2,3,1],1,[3,5],1,[4,7],[6,7,1],1],["res_scale1","resScale"],["norm1","layerNorm",{"bias":false}],["token_mixer","attention",{"qkvBias":false,"projBias":false}],["add1","add"],["res_scale2","resScale"],["norm2","layerNorm",{"bias":false}],["mlp","mlp",{"act":"starRelu","bias":false}],["add2","add"]]]]',
  '",224,[0,["stem","overlapStem"],["stages.0",1,[0,["blocks.0",3,[[2,[-1,2],[1,2,1],2,[2,5],[4,5,1],1],["norm1","layerNorm",{"bias":false}],["token_mixer","separableConv"],["add1","add"],["norm2","layerNorm",{"bias":false}],["mlp","mlp",{"act":"starRelu","bias":false,"weights":"conv"}],["add2","add"]]]],{"t":"Stage 1"}],',
  '["stages.1",1,[0,["downsample","convDownsample",{"dim":128}],["blocks.0",3,{"t":"Stage 2"}],["stages.2",1,[0,["downsample","convDownsample",{"dim":320}],["blocks.0",9,{"t":"Stage 3"}],["stages.3",1,[0,["downsample","convDownsample",{"dim":512}],["blocks.0",3,{"t":"Stage 4"}],["head","poolHead"]]],["head","mlpHead"]]]',
]

export const linkDictionary = [...words, ...pieces].join('')
