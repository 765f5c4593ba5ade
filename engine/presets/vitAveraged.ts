/**
 * Vision Transformers that classify from the mean of their patches, with registers or without: timm's experiments, and
 * I-JEPA's encoders (Assran et al. 2023, https://arxiv.org/abs/2301.08243).
 */
import { imagenetPixels, type Preset, presetsOf, symmetricPixels } from './preset'
import { type VitSizes, vit } from './vit'

const wee = { dim: 256, depth: 14, heads: 4, mlpRatio: 5 }
const little = { dim: 320, depth: 14, heads: 5, mlpRatio: 5.6 }
const medium = { dim: 512, depth: 12, heads: 8 }
const mediumd = { dim: 512, depth: 20, heads: 8 }
const betwixt = { dim: 640, depth: 12, heads: 10 }
const base = { dim: 768, depth: 12, heads: 12 }
const so150m = { dim: 896, depth: 18, heads: 14, mlpRatio: 2.572 }
const so150m2 = { dim: 832, depth: 21, heads: 13, mlpRatio: 34 / 13 }
const plain = { layerScale: true, qkvBias: false, normFirst: true }
const registered = { positionsOfPatchesOnly: true }
const scaled = { ...registered, layerScale: true }

const cropped = (crop: number, pixels = symmetricPixels) => ({ preprocessing: pixels(crop) })

export const averagedVits: readonly Preset[] = presetsOf<VitSizes>(
  {
    family: 'vision_transformer',
    paper: {
      title: 'Vision Transformers Need Registers',
      authors: 'Darcet et al.',
      year: 2023,
      url: 'https://arxiv.org/abs/2309.16588',
    },
    preprocessing: symmetricPixels(0.9),
  },
  (name, sizes) => vit(name, { pool: 'avg', ...sizes }),
  [
    [
      'vit_medium_patch16_gap_240',
      'ViT-Medium/16 GAP 240',
      { ...medium, ...plain, size: 240, classes: 11821 },
      'No class token and no bias of queries, keys and values.',
      cropped(0.95),
    ],
    [
      'vit_medium_patch16_gap_256',
      'ViT-Medium/16 GAP 256',
      { ...medium, ...plain, size: 256 },
      'On pictures of 256 pixels.',
      cropped(0.95),
    ],
    [
      'vit_medium_patch16_gap_384',
      'ViT-Medium/16 GAP 384',
      { ...medium, ...plain, size: 384 },
      'On pictures of 384 pixels.',
      cropped(0.95),
    ],
    [
      'vit_betwixt_patch16_gap_256',
      'ViT-Betwixt/16 GAP 256',
      { ...betwixt, ...plain, size: 256 },
      'Between Medium and B.',
      cropped(0.95),
    ],
    [
      'vit_base_patch16_gap_224',
      'ViT-B/16 GAP',
      { dim: 768, depth: 12, heads: 16, normFirst: true },
      'ViT-B with sixteen heads and the mean of all patches in the place of a class token.',
    ],
    [
      'vit_huge_patch14_gap_224',
      'ViT-H/14 GAP (I-JEPA)',
      { dim: 1280, depth: 32, heads: 16, patch: 14, normFirst: true, classes: 0 },
      'The encoder of I-JEPA: features without a classifier.',
      cropped(0.9, imagenetPixels),
    ],
    [
      'vit_huge_patch16_gap_448',
      'ViT-H/16 GAP 448 (I-JEPA)',
      { dim: 1280, depth: 32, heads: 16, normFirst: true, classes: 0, size: 448 },
      'On pictures of 448 pixels.',
      cropped(1, imagenetPixels),
    ],
    [
      'vit_giant_patch16_gap_224',
      'ViT-g/16 GAP (I-JEPA)',
      { dim: 1408, depth: 40, heads: 16, mlpRatio: 48 / 11, normFirst: true, classes: 0 },
      'Forty blocks of 1408 channels.',
      cropped(0.9, imagenetPixels),
    ],
    [
      'vit_wee_patch16_reg1_gap_256',
      'ViT-Wee/16 reg1 GAP 256',
      { ...wee, ...scaled, registers: 1, size: 256 },
      'One register beside the patches, and the mean of these.',
      cropped(0.95),
    ],
    [
      'vit_little_patch16_reg1_gap_256',
      'ViT-Little/16 reg1 GAP 256',
      { ...little, ...scaled, registers: 1, size: 256 },
      'One register beside the patches, and the mean of these.',
      cropped(0.95),
    ],
    [
      'vit_little_patch16_reg4_gap_256',
      'ViT-Little/16 reg4 GAP 256',
      { ...little, ...scaled, registers: 4, size: 256 },
      'Four registers beside the patches, and the mean of these.',
      cropped(0.95),
    ],
    [
      'vit_medium_patch16_reg1_gap_256',
      'ViT-Medium/16 reg1 GAP 256',
      { ...medium, ...scaled, registers: 1, size: 256 },
      'One register beside the patches, and the mean of these.',
      cropped(0.95),
    ],
    [
      'vit_medium_patch16_reg4_gap_256',
      'ViT-Medium/16 reg4 GAP 256',
      { ...medium, ...scaled, registers: 4, size: 256 },
      'Four registers beside the patches, and the mean of these.',
      cropped(0.95),
    ],
    [
      'vit_mediumd_patch16_reg4_gap_256',
      'ViT-MediumD/16 reg4 GAP 256',
      { ...mediumd, ...scaled, registers: 4, size: 256 },
      'Four registers beside the patches, and the mean of these.',
      cropped(0.95),
    ],
    [
      'vit_mediumd_patch16_reg4_gap_384',
      'ViT-MediumD/16 reg4 GAP 384',
      { ...mediumd, ...scaled, registers: 4, size: 384 },
      'On pictures of 384 pixels.',
      cropped(1),
    ],
    [
      'vit_betwixt_patch16_reg1_gap_256',
      'ViT-Betwixt/16 reg1 GAP 256',
      { ...betwixt, ...scaled, registers: 1, size: 256 },
      'One register beside the patches, and the mean of these.',
      cropped(0.95),
    ],
    [
      'vit_betwixt_patch16_reg4_gap_256',
      'ViT-Betwixt/16 reg4 GAP 256',
      { ...betwixt, ...scaled, registers: 4, size: 256 },
      'Four registers beside the patches, and the mean of these.',
      cropped(0.95),
    ],
    [
      'vit_betwixt_patch16_reg4_gap_384',
      'ViT-Betwixt/16 reg4 GAP 384',
      { ...betwixt, ...scaled, registers: 4, size: 384 },
      'On pictures of 384 pixels.',
      cropped(1),
    ],
    [
      'vit_base_patch16_reg4_gap_256',
      'ViT-B/16 reg4 GAP 256',
      { ...base, ...registered, registers: 4, size: 256 },
      'Four registers beside the patches, and the mean of these.',
    ],
    [
      'vit_so150m_patch16_reg4_map_256',
      'ViT-SO150M/16 reg4 MAP 256',
      { ...so150m, registers: 4, pool: 'map', size: 256 },
      'A learned query gathers from patches and registers at the end.',
      cropped(0.95),
    ],
    [
      'vit_so150m_patch16_reg4_gap_256',
      'ViT-SO150M/16 reg4 GAP 256',
      { ...so150m, registers: 4, normFirst: true, size: 256 },
      'A shape found by scaling laws: 150 million parameters at most.',
      cropped(0.95),
    ],
    [
      'vit_so150m_patch16_reg4_gap_384',
      'ViT-SO150M/16 reg4 GAP 384',
      { ...so150m, registers: 4, normFirst: true, size: 384 },
      'On pictures of 384 pixels.',
      cropped(1),
    ],
    [
      'vit_so150m2_patch16_reg1_gap_256',
      'ViT-SO150M2/16 reg1 GAP 256',
      { ...so150m2, layerScale: true, qkvBias: false, registers: 1, size: 256 },
      'Narrower and deeper at the same size.',
      cropped(1),
    ],
    [
      'vit_so150m2_patch16_reg1_gap_384',
      'ViT-SO150M2/16 reg1 GAP 384',
      { ...so150m2, layerScale: true, qkvBias: false, registers: 1, size: 384 },
      'On pictures of 384 pixels.',
      cropped(1),
    ],
    [
      'vit_so150m2_patch16_reg1_gap_448',
      'ViT-SO150M2/16 reg1 GAP 448',
      { ...so150m2, layerScale: true, qkvBias: false, registers: 1, size: 448 },
      'On pictures of 448 pixels.',
      cropped(1),
    ],
  ],
)
