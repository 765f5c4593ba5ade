import type { ConvAttributes, Pair, WindowAttributes } from './attributes'

/** Elements along an axis once `dilation - 1` zeros lie between neighbours: also how far a kernel reaches. */
export const spread = (size: number, dilation: number): number => (size - 1) * dilation + 1

/** Positions of a sliding kernel on an axis; below 1 when the kernel does not fit. */
export const positions = (size: number, kernel: number, stride: number, dilation: number): number =>
  Math.floor((size - spread(kernel, dilation)) / stride) + 1

/** Height and width of what a convolution makes of a map of height h and width w. */
export const convOutput = (attrs: ConvAttributes, [h, w]: Pair, [kh, kw]: Pair): Pair => [
  positions(paddedSize(attrs, 0, h), kh, attrs.stride[0], attrs.dilation[0]),
  positions(paddedSize(attrs, 1, w), kw, attrs.stride[1], attrs.dilation[1]),
]

export const windowsOutput = ({ kernel, stride, dilation }: WindowAttributes, [h, w]: Pair): Pair => [
  positions(h, kernel[0], stride[0], dilation[0]),
  positions(w, kernel[1], stride[1], dilation[1]),
]

/** What the kernel slides over: the axis with its zeros between and around. */
const paddedSize = (attrs: ConvAttributes, axis: 0 | 1, size: number): number =>
  spread(size, attrs.inputDilation[axis]) + attrs.padding[axis][0] + attrs.padding[axis][1]
