/**
 * Scalar functions: one row each, with every fact about it.
 *
 * `value` is the oracle, exact to double precision. `wgsl` is an expression of f32 arguments; where it calls a function,
 * `wgslFunction` is that function's source. On llvmpipe all are within 5e-7 of `value` relative to max(|value|, 1) for
 * |x| < 12, GELU within 2.4e-6 relative to the value itself for |x| < 4 (65,536 points, Nov 2026).
 * Prices in FLOPs: one per arithmetic operation that people count (max, exp, division: 1); ReLU 1, SquaredReLU 2, StarReLU 4
 * and GELU 14 are the MetaFormer paper's (Yu et al. 2022, arxiv.org/abs/2210.13452, section 3.2).
 */
import { erf, erfc } from './erf'
import type { OnnxWriter } from './onnxWriter'

/**
 * Where a derivative can be written down: graph nodes, or plain numbers.
 * `number` makes a constant of the form of `like`.
 */
export interface Arithmetic<V> {
  number(value: number, like: V): V
  unary(fn: UnaryFunction, x: V): V
  binary(fn: BinaryFunction, x: V, y: V): V
}

interface UnaryRow {
  readonly value: (x: number) => number
  /**
   * The derivative at x, where the value is y, in terms of these very functions; null where it is zero everywhere. With y alone
   * nobody has to keep x.
   */
  readonly derivative: (<V>(a: Arithmetic<V>, x: V, y: V) => V) | null
  readonly wgsl: (x: string) => string
  readonly wgslFunction?: string
  readonly onnx: (graph: OnnxWriter, x: string) => string
  readonly torch: (x: string) => string
  readonly flops: number
}

interface BinaryRow {
  readonly value: (x: number, y: number) => number
  /** Derivatives by x and by y; null where they are zero everywhere. */
  readonly derivatives: readonly [
    (<V>(a: Arithmetic<V>, x: V, y: V) => V) | null,
    (<V>(a: Arithmetic<V>, x: V, y: V) => V) | null,
  ]
  readonly wgsl: (x: string, y: string) => string
  readonly onnx: (graph: OnnxWriter, x: string, y: string) => string
  readonly torch: (x: string, y: string) => string
  readonly flops: number
}

export type UnaryFunction =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'rsqrt'
  | 'reciprocal'
  | 'square'
  | 'sin'
  | 'cos'
  | 'erf'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'relu'
  | 'relu6'
  | 'hardsigmoid'
  | 'hardswish'
  | 'silu'
  | 'gelu'
  | 'geluTanh'
  | 'quickGelu'
  | 'elu'
  | 'mish'

/** `less` and `equal` give 1 or 0. `pow` is for x >= 0: a shader has no other. */
export type BinaryFunction = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'pow' | 'less' | 'equal'

const SQRT_HALF = Math.SQRT1_2
const SQRT_2_OVER_PI = 0.7978845608028654
const TANH_CUBIC = 0.044715
const QUICK = 1.702

export const unaryFunctions: { readonly [F in UnaryFunction]: UnaryRow } = {
  neg: {
    value: (x) => -x,
    derivative: (a, x) => a.number(-1, x),
    wgsl: (x) => `(-${x})`,
    onnx: (graph, x) => graph.node('Neg', [x]),
    torch: (x) => `-${x}`,
    flops: 1,
  },
  abs: {
    value: Math.abs,
    derivative: (a, x) => a.unary('sign', x),
    wgsl: (x) => `abs(${x})`,
    onnx: (graph, x) => graph.node('Abs', [x]),
    torch: (x) => `${x}.abs()`,
    flops: 1,
  },
  sign: {
    value: Math.sign,
    derivative: null,
    wgsl: (x) => `sign(${x})`,
    onnx: (graph, x) => graph.node('Sign', [x]),
    torch: (x) => `${x}.sign()`,
    flops: 1,
  },
  exp: {
    value: Math.exp,
    derivative: (_a, _x, y) => y,
    wgsl: (x) => `exp(${x})`,
    onnx: (graph, x) => graph.node('Exp', [x]),
    torch: (x) => `${x}.exp()`,
    flops: 1,
  },
  log: {
    value: Math.log,
    derivative: (a, x) => a.unary('reciprocal', x),
    wgsl: (x) => `log(${x})`,
    onnx: (graph, x) => graph.node('Log', [x]),
    torch: (x) => `${x}.log()`,
    flops: 1,
  },
  sqrt: {
    value: Math.sqrt,
    derivative: (a, x) => times(a, 0.5, a.unary('rsqrt', x)),
    wgsl: (x) => `sqrt(${x})`,
    onnx: (graph, x) => graph.node('Sqrt', [x]),
    torch: (x) => `${x}.sqrt()`,
    flops: 1,
  },
  rsqrt: {
    value: (x) => 1 / Math.sqrt(x),
    derivative: (a, _x, y) => times(a, -0.5, a.binary('mul', y, a.unary('square', y))),
    wgsl: (x) => `inverseSqrt(${x})`,
    onnx: (graph, x) => graph.node('Reciprocal', [graph.node('Sqrt', [x])]),
    torch: (x) => `${x}.rsqrt()`,
    flops: 1,
  },
  reciprocal: {
    value: (x) => 1 / x,
    derivative: (a, _x, y) => a.unary('neg', a.unary('square', y)),
    wgsl: (x) => `(1.0 / ${x})`,
    onnx: (graph, x) => graph.node('Reciprocal', [x]),
    torch: (x) => `${x}.reciprocal()`,
    flops: 1,
  },
  square: {
    value: (x) => x * x,
    derivative: (a, x) => times(a, 2, x),
    wgsl: (x) => `squareOf(${x})`,
    wgslFunction: 'fn squareOf(x: f32) -> f32 { return x * x; }',
    onnx: (graph, x) => graph.node('Mul', [x, x]),
    torch: (x) => `${x}.square()`,
    flops: 1,
  },
  sin: {
    value: Math.sin,
    derivative: (a, x) => a.unary('cos', x),
    wgsl: (x) => `sinOf(${x})`,
    wgslFunction: waveInWgsl('sinOf', 0),
    onnx: (graph, x) => graph.node('Sin', [x]),
    torch: (x) => `${x}.sin()`,
    flops: 1,
  },
  cos: {
    value: Math.cos,
    derivative: (a, x) => a.unary('neg', a.unary('sin', x)),
    wgsl: (x) => `cosOf(${x})`,
    wgslFunction: waveInWgsl('cosOf', 1),
    onnx: (graph, x) => graph.node('Cos', [x]),
    torch: (x) => `${x}.cos()`,
    flops: 1,
  },
  erf: {
    value: erf,
    derivative: (a, x) =>
      times(a, 2 / Math.sqrt(Math.PI), a.unary('exp', a.unary('neg', a.unary('square', x)))),
    wgsl: (x) => `erfOf(${x})`,
    // Near 0 the Maclaurin series keeps the relative error small; elsewhere 1 - erfc.
    wgslFunction: `fn erfOf(x: f32) -> f32 {
  let s = x * x;
  let near = x * (1.1283791671 + s * (-0.3761263890 + s * (0.1128379167 + s * (-0.0268661706 + s * (0.0052239776 - s * 0.0008548327)))));
  let z = abs(x);
  let t = 1.0 / (1.0 + 0.5 * z);
  let tail = ${erfcInWgsl('z', 't')};
  return select(sign(x) * (1.0 - tail), near, z < 0.5);
}`,
    onnx: (graph, x) => graph.node('Erf', [x]),
    torch: (x) => `${x}.erf()`,
    flops: 1,
  },
  tanh: {
    value: Math.tanh,
    derivative: (a, _x, y) => oneMinus(a, a.unary('square', y)),
    wgsl: (x) => `tanhOf(${x})`,
    // The builtin may overflow beyond 44 and may be off by 1e-5; near 0 the quotient would cancel, hence the series.
    wgslFunction: `fn tanhOf(x: f32) -> f32 {
  let s = x * x;
  let near = x * (1.0 + s * (-0.3333333333 + s * (0.1333333333 + s * (-0.0539682540 + s * 0.0218694885))));
  let e = exp(-2.0 * abs(x));
  return select(sign(x) * (1.0 - e) / (1.0 + e), near, abs(x) < 0.3);
}`,
    onnx: (graph, x) => graph.node('Tanh', [x]),
    torch: (x) => `${x}.tanh()`,
    flops: 1,
  },
  sigmoid: {
    value: sigmoid,
    derivative: (a, _x, y) => a.binary('mul', y, oneMinus(a, y)),
    wgsl: (x) => `sigmoidOf(${x})`,
    wgslFunction: `fn sigmoidOf(x: f32) -> f32 {
  let e = exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}`,
    onnx: (graph, x) => graph.node('Sigmoid', [x]),
    torch: (x) => `${x}.sigmoid()`,
    flops: 1,
  },
  softplus: {
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (a, x) => a.unary('sigmoid', x),
    wgsl: (x) => `softplusOf(${x})`,
    wgslFunction: 'fn softplusOf(x: f32) -> f32 { return max(x, 0.0) + log(1.0 + exp(-abs(x))); }',
    onnx: (graph, x) => graph.node('Softplus', [x]),
    torch: (x) => `F.softplus(${x})`,
    flops: 3,
  },
  relu: {
    value: (x) => Math.max(x, 0),
    derivative: (a, _x, y) => a.binary('less', a.number(0, y), y),
    wgsl: (x) => `max(${x}, 0.0)`,
    onnx: (graph, x) => graph.node('Relu', [x]),
    torch: (x) => `F.relu(${x})`,
    flops: 1,
  },
  relu6: {
    value: relu6,
    derivative: (a, _x, y) => within(a, 0, y, 6),
    wgsl: (x) => `clamp(${x}, 0.0, 6.0)`,
    onnx: (graph, x) => graph.node('Clip', [x, graph.float([0]), graph.float([6])]),
    torch: (x) => `F.relu6(${x})`,
    flops: 2,
  },
  hardsigmoid: {
    value: (x) => relu6(x + 3) / 6,
    derivative: (a, x) => times(a, 1 / 6, within(a, -3, x, 3)),
    wgsl: (x) => `(clamp(${x} + 3.0, 0.0, 6.0) * 0.16666667)`,
    onnx: (graph, x) => graph.node('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 }),
    torch: (x) => `F.hardsigmoid(${x})`,
    flops: 4,
  },
  hardswish: {
    value: (x) => (x * relu6(x + 3)) / 6,
    derivative: (a, x) =>
      a.binary('add', a.unary('hardsigmoid', x), times(a, 1 / 6, a.binary('mul', x, within(a, -3, x, 3)))),
    wgsl: (x) => `hardswishOf(${x})`,
    wgslFunction: 'fn hardswishOf(x: f32) -> f32 { return x * clamp(x + 3.0, 0.0, 6.0) * 0.16666667; }',
    onnx: (graph, x) => graph.node('HardSwish', [x]),
    torch: (x) => `F.hardswish(${x})`,
    flops: 5,
  },
  silu: {
    value: (x) => x * sigmoid(x),
    derivative: (a, x) => scaledSigmoidDerivative(a, x, 1),
    wgsl: (x) => `siluOf(${x})`,
    wgslFunction: `fn siluOf(x: f32) -> f32 {
  let e = exp(-abs(x));
  return x * select(e, 1.0, x >= 0.0) / (1.0 + e);
}`,
    onnx: (graph, x) => graph.node('Mul', [x, graph.node('Sigmoid', [x])]),
    torch: (x) => `F.silu(${x})`,
    flops: 2,
  },
  gelu: {
    value: (x) => 0.5 * x * erfc(-x * SQRT_HALF),
    derivative: (a, x) => {
      const below = times(a, 0.5, plus(a, 1, a.unary('erf', times(a, SQRT_HALF, x))))
      const density = times(a, 0.5 * SQRT_2_OVER_PI, a.unary('exp', times(a, -0.5, a.unary('square', x))))
      return a.binary('add', below, a.binary('mul', x, density))
    },
    wgsl: (x) => `geluOf(${x})`,
    // x (p/2) for x < 0 and x (1 - p/2) otherwise, p = erfc(|x|/√2): no cancellation on the left side.
    wgslFunction: `fn geluOf(x: f32) -> f32 {
  let z = abs(x) * 0.70710678;
  let t = 1.0 / (1.0 + 0.5 * z);
  let half = 0.5 * ${erfcInWgsl('z', 't')};
  return x * select(1.0 - half, half, x < 0.0);
}`,
    onnx: (graph, x) => {
      const scaled = graph.node('Mul', [x, graph.float([SQRT_HALF])])
      const below = graph.node('Add', [graph.node('Erf', [scaled]), graph.float([1])])
      return graph.node('Mul', [graph.node('Mul', [x, below]), graph.float([0.5])])
    },
    torch: (x) => `F.gelu(${x})`,
    flops: 14,
  },
  geluTanh: {
    value: (x) => 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + TANH_CUBIC * x ** 3))),
    derivative: (a, x) => {
      // Written with s = sigmoid(2u) = (1 + tanh u) / 2: d = s + x * 2u' * s (1 - s).
      const squared = a.unary('square', x)
      const doubled = a.binary(
        'mul',
        x,
        affine(a, 2 * SQRT_2_OVER_PI * TANH_CUBIC, squared, 2 * SQRT_2_OVER_PI),
      )
      const slope = affine(a, 6 * SQRT_2_OVER_PI * TANH_CUBIC, squared, 2 * SQRT_2_OVER_PI)
      const s = a.unary('sigmoid', doubled)
      const ds = a.binary('mul', a.binary('mul', s, oneMinus(a, s)), slope)
      return a.binary('add', s, a.binary('mul', x, ds))
    },
    wgsl: (x) => `geluTanhOf(${x})`,
    // (1 + tanh u) / 2 = sigmoid(2u).
    wgslFunction: `fn geluTanhOf(x: f32) -> f32 {
  let u = x * (1.5957691216 + 0.0713548162726 * x * x);
  let e = exp(-abs(u));
  return x * select(e, 1.0, u >= 0.0) / (1.0 + e);
}`,
    onnx: (graph, x) => {
      const squared = graph.node('Mul', [x, x])
      const inner = graph.node('Add', [
        graph.node('Mul', [squared, graph.float([TANH_CUBIC])]),
        graph.float([1]),
      ])
      const u = graph.node('Mul', [graph.node('Mul', [x, inner]), graph.float([SQRT_2_OVER_PI])])
      const below = graph.node('Add', [graph.node('Tanh', [u]), graph.float([1])])
      return graph.node('Mul', [graph.node('Mul', [x, below]), graph.float([0.5])])
    },
    torch: (x) => `F.gelu(${x}, approximate='tanh')`,
    flops: 14,
  },
  quickGelu: {
    value: (x) => x * sigmoid(QUICK * x),
    derivative: (a, x) => scaledSigmoidDerivative(a, x, QUICK),
    wgsl: (x) => `quickGeluOf(${x})`,
    wgslFunction: `fn quickGeluOf(x: f32) -> f32 {
  let e = exp(-1.702 * abs(x));
  return x * select(e, 1.0, x >= 0.0) / (1.0 + e);
}`,
    onnx: (graph, x) =>
      graph.node('Mul', [x, graph.node('Sigmoid', [graph.node('Mul', [x, graph.float([QUICK])])])]),
    torch: (x) => `${x} * (${QUICK} * ${x}).sigmoid()`,
    flops: 3,
  },
  elu: {
    value: (x) => (x > 0 ? x : Math.expm1(x)),
    derivative: (a, x) => a.unary('exp', a.binary('min', x, a.number(0, x))),
    wgsl: (x) => `eluOf(${x})`,
    wgslFunction: 'fn eluOf(x: f32) -> f32 { return select(exp(min(x, 0.0)) - 1.0, x, x > 0.0); }',
    onnx: (graph, x) => graph.node('Elu', [x]),
    torch: (x) => `F.elu(${x})`,
    flops: 3,
  },
  mish: {
    value: (x) => x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
    derivative: (a, x) => {
      const t = a.unary('tanh', a.unary('softplus', x))
      const slope = a.binary('mul', oneMinus(a, a.unary('square', t)), a.unary('sigmoid', x))
      return a.binary('add', t, a.binary('mul', x, slope))
    },
    wgsl: (x) => `mishOf(${x})`,
    // tanh(log(1 + eˣ)) = n / (n + 2) with n = eˣ (eˣ + 2); 1 to rounding beyond 20.
    wgslFunction: `fn mishOf(x: f32) -> f32 {
  let e = exp(min(x, 20.0));
  let n = e * (e + 2.0);
  return x * n / (n + 2.0);
}`,
    onnx: (graph, x) => graph.node('Mish', [x]),
    torch: (x) => `F.mish(${x})`,
    flops: 5,
  },
}

export const binaryFunctions: { readonly [F in BinaryFunction]: BinaryRow } = {
  add: {
    value: (x, y) => x + y,
    derivatives: [(a, x) => a.number(1, x), (a, _x, y) => a.number(1, y)],
    wgsl: (x, y) => `(${x} + ${y})`,
    onnx: (graph, x, y) => graph.node('Add', [x, y]),
    torch: (x, y) => `${x} + ${y}`,
    flops: 1,
  },
  sub: {
    value: (x, y) => x - y,
    derivatives: [(a, x) => a.number(1, x), (a, _x, y) => a.number(-1, y)],
    wgsl: (x, y) => `(${x} - ${y})`,
    onnx: (graph, x, y) => graph.node('Sub', [x, y]),
    torch: (x, y) => `${x} - ${y}`,
    flops: 1,
  },
  mul: {
    value: (x, y) => x * y,
    derivatives: [(_a, _x, y) => y, (_a, x) => x],
    wgsl: (x, y) => `(${x} * ${y})`,
    onnx: (graph, x, y) => graph.node('Mul', [x, y]),
    torch: (x, y) => `${x} * ${y}`,
    flops: 1,
  },
  div: {
    value: (x, y) => x / y,
    derivatives: [
      (a, _x, y) => a.unary('reciprocal', y),
      (a, x, y) => a.unary('neg', a.binary('div', x, a.unary('square', y))),
    ],
    wgsl: (x, y) => `(${x} / ${y})`,
    onnx: (graph, x, y) => graph.node('Div', [x, y]),
    torch: (x, y) => `${x} / ${y}`,
    flops: 1,
  },
  // Where both are equal each gets half, as in PyTorch.
  max: {
    value: Math.max,
    derivatives: [(a, x, y) => winner(a, y, x), (a, x, y) => winner(a, x, y)],
    wgsl: (x, y) => `max(${x}, ${y})`,
    onnx: (graph, x, y) => graph.node('Max', [x, y]),
    torch: (x, y) => `torch.maximum(${x}, ${y})`,
    flops: 1,
  },
  min: {
    value: Math.min,
    derivatives: [(a, x, y) => winner(a, x, y), (a, x, y) => winner(a, y, x)],
    wgsl: (x, y) => `min(${x}, ${y})`,
    onnx: (graph, x, y) => graph.node('Min', [x, y]),
    torch: (x, y) => `torch.minimum(${x}, ${y})`,
    flops: 1,
  },
  pow: {
    value: (x, y) => x ** y,
    derivatives: [
      (a, x, y) => a.binary('mul', y, a.binary('pow', x, plus(a, -1, y))),
      (a, x, y) => a.binary('mul', a.binary('pow', x, y), a.unary('log', x)),
    ],
    wgsl: (x, y) => `pow(${x}, ${y})`,
    onnx: (graph, x, y) => graph.node('Pow', [x, y]),
    torch: (x, y) => `${x} ** ${y}`,
    flops: 1,
  },
  less: {
    value: (x, y) => (x < y ? 1 : 0),
    derivatives: [null, null],
    wgsl: (x, y) => `select(0.0, 1.0, ${x} < ${y})`,
    onnx: (graph, x, y) => graph.node('Cast', [graph.node('Less', [x, y])], { to: 1 }),
    torch: (x, y) => `(${x} < ${y}).float()`,
    flops: 1,
  },
  equal: {
    value: (x, y) => (x === y ? 1 : 0),
    derivatives: [null, null],
    wgsl: (x, y) => `select(0.0, 1.0, ${x} == ${y})`,
    onnx: (graph, x, y) => graph.node('Cast', [graph.node('Equal', [x, y])], { to: 1 }),
    torch: (x, y) => `(${x} == ${y}).float()`,
    flops: 1,
  },
}

/** The WGSL functions that the expressions of these rows call, each once, in a stable order. */
export function wgslPrelude(functions: Iterable<UnaryFunction | BinaryFunction>): string {
  const wanted = new Set<string>(functions)
  return Object.entries(unaryFunctions)
    .flatMap(([name, row]) => (wanted.has(name) && row.wgslFunction ? [row.wgslFunction] : []))
    .join('\n')
}

/** Plain numbers as an arithmetic: what a derivative is worth at a point. */
export const numbers: Arithmetic<number> = {
  number: (value) => value,
  unary: (fn, x) => unaryFunctions[fn].value(x),
  binary: (fn, x, y) => binaryFunctions[fn].value(x, y),
}

/**
 * erfc(z) for z >= 0 with t = 1/(1 + z/2): relative error below 1.2e-7 everywhere, at nine multiply-adds and one exp.
 * W. H. Press et al., Numerical Recipes, section 6.2 (erfcc). Abramowitz-Stegun 7.1.26 is off by 4e-4 at z = 3.
 */
function erfcInWgsl(z: string, t: string): string {
  return `${t} * exp(-${z} * ${z} - 1.26551223 + ${t} * (1.00002368 + ${t} * (0.37409196 + ${t} * (0.09678418 + ${t} * (-0.18628806 + ${t} * (0.27886807 + ${t} * (-1.13520398 + ${t} * (1.48851587 + ${t} * (-0.82215223 + ${t} * 0.17087277)))))))))`
}

/**
 * The sine of x plus so many quarter turns. WGSL's own may be off by 5e-4, and by anything beyond ±π; this is within 2e-7 for |x| < 10⁴.
 * The quarter turn is taken off in three parts, then polynomials of the Cephes library (Moshier, sinf.c) serve the rest, |r| < π/4.
 */
function waveInWgsl(name: string, quarters: 0 | 1): string {
  return `fn ${name}(x: f32) -> f32 {
  let turns = round(x * 0.6366197724);
  let r = ((x - turns * 1.5703125) - turns * 4.837512969970703e-4) - turns * 7.549789948768648e-8;
  let s = r * r;
  let odd = r + r * s * (-0.16666654611 + s * (0.0083321608736 - s * 0.00019515295891));
  let even = 1.0 - 0.5 * s + s * s * (0.041666645683 + s * (-0.0013887316255 + s * 0.000024433157118));
  let quarter = (i32(turns) + ${quarters}) & 3;
  let value = select(odd, even, (quarter & 1) == 1);
  return select(value, -value, quarter >= 2);
}`
}

function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x))
  return (x >= 0 ? 1 : e) / (1 + e)
}

function relu6(x: number): number {
  return Math.min(Math.max(x, 0), 6)
}

function times<V>(a: Arithmetic<V>, factor: number, x: V): V {
  return a.binary('mul', x, a.number(factor, x))
}

function plus<V>(a: Arithmetic<V>, term: number, x: V): V {
  return a.binary('add', x, a.number(term, x))
}

function affine<V>(a: Arithmetic<V>, factor: number, x: V, term: number): V {
  return plus(a, term, times(a, factor, x))
}

function oneMinus<V>(a: Arithmetic<V>, x: V): V {
  return a.binary('sub', a.number(1, x), x)
}

/** 1 where low < x < high. */
function within<V>(a: Arithmetic<V>, low: number, x: V, high: number): V {
  return a.binary('mul', a.binary('less', a.number(low, x), x), a.binary('less', x, a.number(high, x)))
}

/** 1 where `loser` < `x`, one half where they are equal. */
function winner<V>(a: Arithmetic<V>, loser: V, x: V): V {
  return a.binary('add', a.binary('less', loser, x), times(a, 0.5, a.binary('equal', loser, x)))
}

/** Of x * sigmoid(factor * x). */
function scaledSigmoidDerivative<V>(a: Arithmetic<V>, x: V, factor: number): V {
  const s = a.unary('sigmoid', factor === 1 ? x : times(a, factor, x))
  const slope = a.binary('mul', times(a, factor, x), oneMinus(a, s))
  return a.binary('mul', s, plus(a, 1, slope))
}
