/** The shape of every primitive's result, or a ShapeError that says what does not fit. */
import type { ExpectedGot, ShapeErrorCode } from '../errors'
import { ShapeError } from '../errors'
import { elements, printShape, type Shape, sameShape } from '../graph/graph'
import type { ConvAttributes, GatherAttributes, Op, OpAttributes, Pair, WindowAttributes } from './attributes'
import { convOutput, spread, windowsOutput } from './convolution'

/** Elements that a tensor may have: beyond this, 32-bit indices in a shader would wrap. */
const MAX_ELEMENTS = 2 ** 31

/** `declared` is the shape that a source (input, param, constant, iota) is given; other ops ignore it. */
type ShapeRules = {
  readonly [O in Op]: (attrs: OpAttributes[O], inputs: readonly Shape[], declared: Shape) => Shape
}

export function resultShape<O extends Op>(
  op: O,
  attrs: OpAttributes[O],
  inputs: readonly Shape[],
  declared: Shape = [],
): Shape {
  const [least, most] = arity[op]
  if (inputs.length < least || inputs.length > most) {
    const count = least === most ? String(least) : `${least} or more`
    throw new ShapeError('ATTRIBUTE', `${op} takes ${count} inputs and got ${inputs.length}`)
  }
  const shape = rules[op](attrs, inputs, declared)
  checkSizes(op, shape)
  return shape
}

/** Fewest and most inputs. */
const arity: { readonly [O in Op]: readonly [number, number] } = {
  input: [0, 0],
  param: [0, 0],
  constant: [0, 0],
  iota: [0, 0],
  unary: [1, 1],
  binary: [2, 2],
  select: [3, 3],
  reduce: [1, 1],
  dot: [2, 2],
  conv: [2, 2],
  windows: [1, 1],
  overlapAdd: [1, 1],
  reshape: [1, 1],
  transpose: [1, 1],
  broadcast: [1, 1],
  slice: [1, 1],
  pad: [1, 1],
  concat: [1, Number.POSITIVE_INFINITY],
  reverse: [1, 1],
  gather: [2, 2],
  scatterAdd: [2, 2],
  topK: [1, 1],
  scan: [2, 2],
  stopGradient: [1, 1],
  tap: [1, 1],
}

const rules: ShapeRules = {
  input: (_attrs, _inputs, declared) => declared,
  param: (_attrs, _inputs, declared) => declared,
  constant: ({ data }, _inputs, declared) => {
    if (data.length !== elements(declared)) {
      throw mismatch(
        `constant: ${data.length} values do not fill ${printShape(declared)}, which has ${elements(declared)} elements`,
        'number of values',
        elements(declared),
        data.length,
      )
    }
    return declared
  },
  iota: ({ axis }, _inputs, declared) => {
    checkAxes('iota', [axis], declared)
    return declared
  },
  unary: (_attrs, [x]) => x,
  binary: ({ fn }, [x, y]) => {
    checkSame(fn, x, y)
    return x
  },
  select: (_attrs, [condition, x, y]) => {
    checkSame('select', condition, x)
    checkSame('select', x, y)
    return x
  },
  reduce: ({ fn, axes }, [x]) => {
    checkAxes(`reduce ${fn}`, axes, x)
    return x.map((size, axis) => (axes.includes(axis) ? 1 : size))
  },
  dot: dotShape,
  conv: convShape,
  windows: (attrs, [x]) => {
    checkRank('windows', x, 4, '[n, h, w, c]')
    checkWindow('windows', attrs)
    const [n, h, w, c] = x
    const [height, width] = windowsOutput(attrs, [h, w])
    checkFits('windows', attrs.kernel, attrs.dilation, [h, w], [height, width])
    return [n, height, width, ...attrs.kernel, c]
  },
  overlapAdd: (attrs, [x]) => {
    checkRank('overlapAdd', x, 6, "[n, h', w', kh, kw, c]")
    checkWindow('overlapAdd', attrs)
    const { height, width, kernel } = attrs
    const [n, , , , , c] = x
    const made = [n, ...windowsOutput(attrs, [height, width]), ...kernel, c]
    if (!sameShape(x, made)) {
      throw mismatch(
        `overlapAdd: windows of a ${height}×${width} map are ${printShape(made)}, not ${printShape(x)}`,
        'windows',
        printShape(made),
        printShape(x),
      )
    }
    return [n, height, width, c]
  },
  reshape: ({ shape }, [x]) => {
    if (elements(shape) !== elements(x)) {
      throw mismatch(
        `reshape: ${printShape(x)} has ${elements(x)} elements and ${printShape(shape)} has ${elements(shape)}`,
        'elements',
        elements(x),
        elements(shape),
      )
    }
    return shape
  },
  transpose: ({ axes }, [x]) => {
    checkAxes('transpose', axes, x)
    if (axes.length !== x.length)
      throw rank('transpose: one axis of the result per axis of the input', x.length, axes.length)
    return axes.map((axis) => x[axis])
  },
  broadcast: ({ shape }, [x]) => {
    if (shape.length !== x.length)
      throw rank(`broadcast: ${printShape(x)} does not grow to ${printShape(shape)}`, x.length, shape.length)
    const bad = x.findIndex((size, axis) => size !== 1 && size !== shape[axis])
    if (bad >= 0) {
      throw mismatch(
        `broadcast: ${printShape(x)} does not grow to ${printShape(shape)}; axis ${bad} has size ${x[bad]} and only size 1 repeats`,
        `size of axis ${bad}`,
        `1 or ${shape[bad]}`,
        x[bad],
      )
    }
    return shape
  },
  slice: ({ start, size, step }, [x]) => {
    for (const [name, list] of Object.entries({ start, size, step })) checkPerAxis('slice', name, list, x)
    x.forEach((length, axis) => {
      if (start[axis] < 0 || step[axis] < 1) {
        throw new ShapeError(
          'ATTRIBUTE',
          `slice: axis ${axis} starts at ${start[axis]} with step ${step[axis]}; a start of at least 0 and a step of at least 1 are needed`,
        )
      }
      const end = start[axis] + spread(size[axis], step[axis])
      if (size[axis] > 0 && end > length) {
        throw mismatch(
          `slice: axis ${axis} has ${length} elements and the slice needs ${end} of them`,
          `size of axis ${axis}`,
          `at least ${end}`,
          length,
        )
      }
    })
    return size
  },
  pad: ({ low, high }, [x]) => {
    for (const [name, list] of Object.entries({ low, high })) checkPerAxis('pad', name, list, x)
    const negative = [...low, ...high].find((count) => count < 0)
    if (negative !== undefined)
      throw new ShapeError('ATTRIBUTE', `pad: ${negative} elements cannot be added; use slice to crop`)
    return x.map((size, axis) => low[axis] + size + high[axis])
  },
  concat: ({ axis }, inputs) => {
    const first = inputs[0]
    checkAxes('concat', [axis], first)
    inputs.forEach((x, i) => {
      if (x.length === first.length && x.every((size, at) => at === axis || size === first[at])) return
      throw mismatch(
        `concat: input ${i} is ${printShape(x)} and input 0 is ${printShape(first)}; they may differ in axis ${axis} only`,
        `input ${i}`,
        printShape(first.map((size, at) => (at === axis ? (x[axis] ?? size) : size))),
        printShape(x),
      )
    })
    return first.map((size, at) => (at === axis ? inputs.reduce((sum, x) => sum + x[axis], 0) : size))
  },
  reverse: ({ axes }, [x]) => {
    checkAxes('reverse', axes, x)
    return x
  },
  gather: (attrs, [x, index]) => {
    checkGather('gather', attrs, x, index)
    const { axis, batch } = attrs
    return [...x.slice(0, axis), ...index.slice(batch), ...x.slice(axis + 1)]
  },
  scatterAdd: (attrs, [dy, index]) => {
    const { axis, batch, size } = attrs
    const free = index.length - batch
    const x = [...dy.slice(0, axis), size, ...dy.slice(axis + free)]
    checkGather('scatterAdd', attrs, x, index)
    checkSame('scatterAdd', dy, [...x.slice(0, axis), ...index.slice(batch), ...x.slice(axis + 1)])
    return x
  },
  topK: ({ k }, [x]) => {
    const length = x.at(-1)
    if (length === undefined) throw rank('topK: a list of elements is needed', 1, 0)
    if (!Number.isInteger(k) || k < 1 || k > length) {
      throw problem(
        'ATTRIBUTE',
        `topK: ${k} of ${length} elements cannot be chosen; k is a whole number from 1 to ${length}`,
        'k',
        `1 to ${length}`,
        k,
      )
    }
    return [...x.slice(0, -1), k]
  },
  scan: ({ axis }, [a, b]) => {
    checkSame('scan', a, b)
    checkAxes('scan', [axis], b)
    return b
  },
  stopGradient: (_attrs, [x]) => x,
  tap: (_attrs, [x]) => x,
}

function dotShape({ batch, contract }: OpAttributes['dot'], [x, y]: readonly Shape[]): Shape {
  checkAxes('dot', [...batch[0], ...contract[0]], x)
  checkAxes('dot', [...batch[1], ...contract[1]], y)
  for (const [what, [xs, ys]] of Object.entries({ batch, contracted: contract })) {
    if (xs.length !== ys.length)
      throw rank(`dot: both sides need the same number of ${what} axes`, xs.length, ys.length)
    xs.forEach((axis, i) => {
      const other = ys[i]
      if (x[axis] === y[other]) return
      throw mismatch(
        `dot: ${what} axis ${axis} of ${printShape(x)} has size ${x[axis]} and axis ${other} of ${printShape(y)} has size ${y[other]}`,
        `size of axis ${other} of the second`,
        x[axis],
        y[other],
      )
    })
  }
  return [...batch[0], ...freeAxes(x, batch[0], contract[0])]
    .map((axis) => x[axis])
    .concat(freeAxes(y, batch[1], contract[1]).map((axis) => y[axis]))
}

/** Axes of a dot's operand that are neither batch nor contracted, in order. */
export function freeAxes(shape: Shape, batch: readonly number[], contract: readonly number[]): number[] {
  return shape.map((_size, axis) => axis).filter((axis) => !batch.includes(axis) && !contract.includes(axis))
}

function convShape(attrs: ConvAttributes, [x, w]: readonly Shape[]): Shape {
  checkRank('conv', x, 4, '[n, h, w, c]')
  checkRank('conv weight', w, 4, '[o, kh, kw, c / groups]')
  const { stride, dilation, inputDilation, groups } = attrs
  for (const [name, pair] of Object.entries({ stride, dilation, inputDilation }))
    checkPositive('conv', name, pair)
  const [n, height, width, channels] = x
  const [out, kh, kw, perGroup] = w
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0 || out % groups !== 0) {
    throw new ShapeError(
      'GROUPS_DIVIDE',
      `conv: ${channels} input and ${out} output channels do not split into ${groups} groups; choose a number that divides ${commonDivisor(channels, out)}`,
      [{ what: 'groups', expected: `a divisor of ${commonDivisor(channels, out)}`, got: String(groups) }],
    )
  }
  if (perGroup * groups !== channels) {
    throw mismatch(
      `conv: the weight reads ${perGroup * groups} channels and the input has ${channels}`,
      'input channels',
      perGroup * groups,
      channels,
    )
  }
  const output = convOutput(attrs, [height, width], [kh, kw])
  checkFits('conv', [kh, kw], dilation, [height, width], output)
  return [n, ...output, out]
}

function checkGather(who: string, { axis, batch }: GatherAttributes, x: Shape, index: Shape): void {
  checkAxes(who, [axis], x)
  if (!Number.isInteger(batch) || batch < 0 || batch > axis || batch > index.length) {
    throw new ShapeError(
      'ATTRIBUTE',
      `${who}: ${batch} batch axes do not lie before axis ${axis} of ${printShape(x)} and in the index ${printShape(index)}`,
    )
  }
  checkSame(`${who}, batch axes`, x.slice(0, batch), index.slice(0, batch))
}

function checkSame(who: string, x: Shape, y: Shape): void {
  if (sameShape(x, y)) return
  throw mismatch(
    `${who}: ${printShape(x)} and ${printShape(y)} differ; both must have one shape`,
    'shape',
    printShape(x),
    printShape(y),
  )
}

function checkRank(who: string, x: Shape, expected: number, form: string): void {
  if (x.length === expected) return
  throw new ShapeError(
    'RANK',
    `${who}: a value of form ${form} is needed and ${printShape(x)} has ${x.length} axes`,
    [{ what: 'axes', expected: form, got: printShape(x) }],
  )
}

function checkAxes(who: string, axes: readonly number[], x: Shape): void {
  const outside = axes.find((axis) => !Number.isInteger(axis) || axis < 0 || axis >= x.length)
  if (outside !== undefined) {
    throw new ShapeError('RANK', `${who}: ${printShape(x)} has ${x.length} axes and no axis ${outside}`, [
      { what: 'axes', expected: `more than ${outside}`, got: String(x.length) },
    ])
  }
  if (new Set(axes).size !== axes.length)
    throw new ShapeError('ATTRIBUTE', `${who}: axes ${axes.join(', ')} name one axis twice`)
}

function checkPerAxis(who: string, name: string, list: readonly number[], x: Shape): void {
  if (list.length !== x.length) throw rank(`${who}: ${name} needs one number per axis`, x.length, list.length)
  const broken = list.find((count) => !Number.isInteger(count))
  if (broken !== undefined)
    throw new ShapeError('ATTRIBUTE', `${who}: ${name} ${broken} is not a whole number`)
}

function checkWindow(who: string, { kernel, stride, dilation }: WindowAttributes): void {
  for (const [name, pair] of Object.entries({ kernel, stride, dilation })) checkPositive(who, name, pair)
}

function checkPositive(who: string, name: string, pair: Pair): void {
  if (pair.every((size) => Number.isInteger(size) && size >= 1)) return
  throw new ShapeError('ATTRIBUTE', `${who}: ${name} ${printShape(pair)} must be whole numbers from 1 up`)
}

function checkFits(who: string, kernel: Pair, dilation: Pair, input: Pair, output: Pair): void {
  if (output.every((size) => size >= 1)) return
  const reach: Pair = [spread(kernel[0], dilation[0]), spread(kernel[1], dilation[1])]
  throw new ShapeError(
    'TOO_SMALL',
    `${who}: a ${printShape(reach)} kernel does not fit into a ${printShape(input)} map with this padding`,
    [{ what: 'height and width', expected: `room for ${printShape(reach)}`, got: printShape(input) }],
  )
}

function checkSizes(op: Op, shape: Shape): void {
  const broken = shape.find((size) => !Number.isInteger(size) || size < 1)
  if (broken !== undefined) {
    throw new ShapeError(
      'TOO_SMALL',
      `${op}: ${printShape(shape)} has an axis of size ${broken}; sizes are whole numbers from 1 up`,
      [{ what: 'sizes', expected: 'at least 1', got: printShape(shape) }],
    )
  }
  if (elements(shape) > MAX_ELEMENTS) {
    throw mismatch(
      `${op}: ${printShape(shape)} has ${elements(shape)} elements and a tensor may have ${MAX_ELEMENTS}; choose a smaller input, batch or width`,
      'elements',
      `at most ${MAX_ELEMENTS}`,
      elements(shape),
    )
  }
}

function mismatch(
  message: string,
  what: string,
  expected: number | string,
  got: number | string,
): ShapeError {
  return problem('SHAPE_MISMATCH', message, what, expected, got)
}

function rank(message: string, expected: number, got: number): ShapeError {
  return problem('RANK', `${message}: expected ${expected}, got ${got}`, 'axes', expected, got)
}

function problem(
  code: ShapeErrorCode,
  message: string,
  what: string,
  expected: number | string,
  got: number | string,
): ShapeError {
  const row: ExpectedGot = { what, expected: String(expected), got: String(got) }
  return new ShapeError(code, message, [row])
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}
