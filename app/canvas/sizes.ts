/** Sizes of everything on the canvas, in CSS pixels at 100 % (design-language.md 4 and 5). They do not change with content. */
import type { ModuleKind } from '../../engine/index'
import type { Box } from './layoutBody'

const middle = (width: number, height: number): Box => ({ width, height, axis: height / 2 })

export const socketMargin = { x: 8, top: 8, bottom: 36 } as const

/** Inside the lens and its blocks. */
export const moduleBoxes: { readonly [K in ModuleKind]: Box } = {
  mixer: { ...middle(176, 66), margin: socketMargin },
  mlp: middle(112, 66),
  norm: middle(64, 30),
  activation: middle(106, 40),
  scale: middle(30, 22),
  merge: middle(18, 18),
  downsample: middle(112, 66),
  stem: middle(112, 66),
  head: middle(112, 66),
  tensor: middle(112, 66),
}
export const closedGroupBox = middle(176, 66)

/** On the overview row. */
export const rowBoxes: { readonly [K in ModuleKind]: Box } = {
  mixer: middle(78, 60),
  mlp: middle(78, 60),
  norm: middle(64, 30),
  activation: middle(64, 30),
  scale: middle(30, 22),
  merge: middle(18, 18),
  downsample: middle(78, 60),
  stem: middle(62, 60),
  head: middle(78, 60),
  tensor: middle(78, 60),
}
export const pictureBox = middle(52, 52)
export const port: Box = { width: 0, height: 0, axis: 0 }

/** From six blocks on a stage needs more room for its bars. */
export const stageBox = (blocks: number): Box => middle(blocks >= 6 ? 172 : 120, 116)

export const rowGap = 26
export const gap = 24
export const lead = 30

export const lensTop = 93
export const lensHeader = 36
export const containerHeader = 26
/** From the top of a block to its spine, unless something stands higher. */
export const containerAxis = 51
export const containerAxisSmall = 44
export const ribDrop = 104
export const ribDropSmall = 60
