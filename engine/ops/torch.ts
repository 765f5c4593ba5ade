/**
 * Every primitive as a Python expression over PyTorch tensors of our own shapes; a convolution is permuted and permuted back.
 * The code around them imports itertools, torch and torch.nn.functional as F; `self` is the module that holds the weights.
 */
import type { Node, NodeOf, Shape } from '../graph/graph'
import type { Pair, ReduceFunction } from './attributes'
import { spread } from './convolution'
import { einsumEquation } from './einsum'
import { binaryFunctions, unaryFunctions } from './elementwise'
import { gatherOrders, inverse } from './gatherOrders'
import { applyRule, type Rules } from './rules'

/** The node as an expression; `inputs` are the variables that hold its inputs, `shapes` their shapes. */
export function torchExpression(node: Node, inputs: readonly string[], shapes: readonly Shape[]): string {
  return applyRule(rules, node, inputs, shapes)
}

const folds: { readonly [F in ReduceFunction]: string } = { sum: 'sum', max: 'amax', min: 'amin' }

const rules: Rules<[inputs: readonly string[], shapes: readonly Shape[]], string> = {
  input: ({ attrs }) => attrs.name,
  param: ({ attrs }) => `self.get_${attrs.role === 'buffer' ? 'buffer' : 'parameter'}('${attrs.name}')`,
  constant: ({ attrs, shape }) => `torch.tensor([${attrs.data.join(', ')}]).reshape(${tuple(shape)})`,
  iota: ({ attrs: { axis }, shape }) => {
    const line = shape.map((size, at) => (at === axis ? size : 1))
    return `torch.arange(${shape[axis]}, dtype=torch.float32).reshape(${tuple(line)}).expand(${tuple(shape)})`
  },
  unary: ({ attrs: { fn } }, [x]) => unaryFunctions[fn].torch(x),
  binary: ({ attrs: { fn } }, [x, y]) => binaryFunctions[fn].torch(x, y),
  select: (_node, [condition, x, y]) => `torch.where(${condition} != 0, ${x}, ${y})`,
  reduce: ({ attrs: { fn, axes } }, [x]) => `${x}.${folds[fn]}(dim=${tuple(axes)}, keepdim=True)`,
  dot: ({ attrs }, inputs, shapes) =>
    `torch.einsum('${einsumEquation(attrs, shapes)}', ${inputs.join(', ')})`,
  conv: convExpression,
  windows: ({ attrs: { kernel, stride, dilation } }, [x]) => {
    const along = (axis: 0 | 1): string => {
      const taken = `.unfold(${axis + 1}, ${spread(kernel[axis], dilation[axis])}, ${stride[axis]})`
      return dilation[axis] === 1 ? taken : `${taken}[..., ::${dilation[axis]}]`
    }
    return `${x}${along(0)}${along(1)}.permute(0, 1, 2, 4, 5, 3)`
  },
  overlapAdd: ({ attrs: { kernel, stride, dilation, height, width } }, [x], [[n, h, w, kh, kw, c]]) => {
    const columns = `${x}.permute(0, 5, 3, 4, 1, 2).reshape(${n}, ${c * kh * kw}, ${h * w})`
    const sizes = `${tuple([height, width])}, ${tuple(kernel)}, dilation=${tuple(dilation)}, stride=${tuple(stride)}`
    return `F.fold(${columns}, ${sizes}).permute(0, 2, 3, 1)`
  },
  reshape: ({ shape }, [x]) => `${x}.reshape(${tuple(shape)})`,
  transpose: ({ attrs: { axes } }, [x]) => `${x}.permute(${tuple(axes)})`,
  broadcast: ({ shape }, [x]) => `${x}.expand(${tuple(shape)})`,
  slice: ({ attrs: { start, size, step } }, [x]) => {
    const ranges = start.map((first, axis) => {
      const range = `${first}:${first + spread(size[axis], step[axis])}`
      return step[axis] === 1 ? range : `${range}:${step[axis]}`
    })
    return `${x}[${ranges.join(', ')}]`
  },
  pad: ({ attrs: { low, high, value } }, [x]) => padded(x, low, high, value),
  concat: ({ attrs: { axis } }, inputs) => `torch.cat((${inputs.join(', ')},), dim=${axis})`,
  reverse: ({ attrs: { axes } }, [x]) => `${x}.flip(${tuple(axes)})`,
  gather: ({ attrs: { axis, batch } }, [x, index], [shape, places]) => {
    if (batch === 0) return `${x}[${':, '.repeat(axis)}${index}.long()]`
    const { inFront, backInPlace } = gatherOrders({ axis, batch }, shape.length, places.length)
    const found = `${x}.permute(${tuple(inFront)})[${numbers(places, batch, index)}]`
    return `${found}.permute(${tuple(backInPlace)})`
  },
  scatterAdd: ({ attrs: { axis, batch }, shape }, [dy, index], [, places]) => {
    const { inFront, backInPlace } = gatherOrders({ axis, batch }, shape.length, places.length)
    const empty = `${dy}.new_zeros(${tuple(inFront.map((from) => shape[from]))})`
    const updates = `${dy}.permute(${tuple(inverse(backInPlace))})`
    const summed = `${empty}.index_put((${numbers(places, batch, index)},), ${updates}, accumulate=True)`
    return `${summed}.permute(${tuple(inverse(inFront))})`
  },
  topK: ({ attrs: { k } }, [x]) =>
    `${x}.sort(dim=-1, descending=True, stable=True).indices[..., :${k}].float()`,
  scan: ({ attrs: { axis, reverse } }, [a, b]) => {
    const [factors, added] = [a, b].map((x) => `${reverse ? `${x}.flip(${axis})` : x}.unbind(${axis})`)
    const steps = `itertools.accumulate(zip(${factors}, ${added}), lambda h, ab: ab[0] * h + ab[1], initial=0)`
    const results = `torch.stack(list(${steps})[1:], dim=${axis})`
    return reverse ? `${results}.flip(${axis})` : results
  },
  stopGradient: (_node, [x]) => `${x}.detach()`,
  tap: (_node, [x]) => x,
}

function convExpression(
  { attrs }: NodeOf<'conv'>,
  [x, w]: readonly string[],
  [map]: readonly Shape[],
): string {
  const { stride, padding, dilation, inputDilation, groups } = attrs
  const [[top, bottom], [left, right]] = padding
  const apart = inputDilation.every((size) => size === 1) ? x : withZerosBetween(x, map, inputDilation)
  const isEven = top === bottom && left === right && top >= 0 && left >= 0
  const sized = isEven ? apart : padded(apart, [0, top, left, 0], [0, bottom, right, 0], 0)
  const sides = isEven ? tuple([top, left]) : 0
  const settings = `stride=${tuple(stride)}, padding=${sides}, dilation=${tuple(dilation)}, groups=${groups}`
  return `F.conv2d(${sized}.permute(0, 3, 1, 2), ${w}.permute(0, 3, 1, 2), ${settings}).permute(0, 2, 3, 1)`
}

function withZerosBetween(x: string, [n, h, w, c]: Shape, [vertical, horizontal]: Pair): string {
  const padded = `F.pad(${x}[:, :, None, :, None], (0, 0, 0, ${horizontal - 1}, 0, 0, 0, ${vertical - 1}))`
  const wide = `${padded}.reshape(${tuple([n, h * vertical, w * horizontal, c])})`
  return `${wide}[:, :${spread(h, vertical)}, :${spread(w, horizontal)}]`
}

/** Numbers of the batch axes, counted, and those along the gathered axis, as PyTorch's indexing takes them. */
function numbers(places: Shape, batch: number, index: string): string {
  const counted = places.slice(0, batch).map((size, axis) => {
    const line = places.map((_size, at) => (at === axis ? size : 1))
    return `torch.arange(${size}).reshape(${tuple(line)})`
  })
  return [...counted, `${index}.long()`].join(', ')
}

/** PyTorch lists the sides from the last axis back; negative ones crop. */
function padded(x: string, low: Shape, high: Shape, value: number): string {
  const sides = low.map((count, axis) => [count, high[axis]]).reverse()
  return `F.pad(${x}, ${tuple(sides.flat())}, value=${value})`
}

/** A tuple of Python, also of one. */
function tuple(numbers: readonly number[]): string {
  return numbers.length === 1 ? `(${numbers[0]},)` : `(${numbers.join(', ')})`
}
