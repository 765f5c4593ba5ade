import { expect, test } from 'vitest'
import type { Graph, Value } from '../graph/graph'
import { Builder } from './builder'
import { writeOnnx } from './onnx'
import type { OnnxWriter } from './onnxWriter'
import { torchExpression } from './torch'

const shapesOf = (graph: Graph, inputs: readonly number[]) => inputs.map((id) => graph.nodes[id].shape)

/** The expression of the node that `build` returns; its inputs are the variables v0, v1, ... */
function torch(build: (b: Builder) => Value): string {
  const b = new Builder()
  const y = build(b)
  const graph = b.finish([y])
  return torchExpression(
    y,
    y.inputs.map((id) => `v${id}`),
    shapesOf(graph, y.inputs),
  )
}

/** The ONNX nodes of that node, one per line; a constant is printed where it is used. */
function onnx(build: (b: Builder) => Value): string {
  const b = new Builder()
  const y = build(b)
  const lines: string[] = []
  const writer: OnnxWriter = {
    input: (name) => name,
    weight: (key) => key,
    node: (type, inputs, attributes = {}) => {
      lines.push(`t${lines.length} = ${type}(${inputs.join(', ')}) ${JSON.stringify(attributes)}`)
      return `t${lines.length - 1}`
    },
    secondOutput: (type, inputs, attributes = {}) => {
      lines.push(`_, t${lines.length} = ${type}(${inputs.join(', ')}) ${JSON.stringify(attributes)}`)
      return `t${lines.length - 1}`
    },
    float: (values) => `[${Array.from(values).join(' ')}]f`,
    ints: (values) => `[${values.join(' ')}]i`,
  }
  writeOnnx(
    writer,
    y,
    y.inputs.map((id) => `v${id}`),
    shapesOf(b.finish([y]), y.inputs),
  )
  return lines.join('\n')
}

const map = (b: Builder) => b.input('x', [1, 8, 8, 4])
const weight = (b: Builder) => b.param('w', [6, 3, 3, 2], { role: 'trainable', a: 0, b: 1 })
const uneven = [
  [0, 1],
  [-1, 1],
] as const

test('PyTorch: one expression per primitive', () => {
  const made = [
    (b: Builder) => b.gelu(map(b)),
    (b: Builder) => b.binary('max', map(b), b.input('y', [1, 8, 8, 4])),
    (b: Builder) => b.param('stages.0.norm.running_var', [4], { role: 'buffer', a: 1, b: 0 }),
    (b: Builder) =>
      b.dot(b.input('q', [1, 9, 2, 8]), b.input('k', [1, 7, 2, 8]), {
        batch: [
          [0, 2],
          [0, 2],
        ],
        contract: [[3], [3]],
      }),
    (b: Builder) =>
      b.conv(map(b), weight(b), {
        stride: [2, 2],
        padding: [
          [1, 1],
          [1, 1],
        ],
        groups: 2,
      }),
    (b: Builder) => b.conv(map(b), weight(b), { padding: uneven, groups: 2, inputDilation: [2, 1] }),
    (b: Builder) => b.windows(map(b), { kernel: [3, 2], stride: [2, 1], dilation: [2, 1] }),
    (b: Builder) => b.reduce('max', map(b), [1]),
    (b: Builder) => b.pad(map(b), { low: [0, 1, 2, 0], high: [0, 3, 4, 0], value: -1 }),
    (b: Builder) => b.slice(map(b), { start: [0, 1, 0, 0], size: [1, 3, 8, 4], step: [1, 2, 1, 1] }),
  ].map(torch)
  expect(made.join('\n')).toMatchInlineSnapshot(`
    "F.gelu(v0)
    torch.maximum(v0, v1)
    self.get_buffer('stages.0.norm.running_var')
    torch.einsum('abcd,aecd->acbe', v0, v1)
    F.conv2d(v0.permute(0, 3, 1, 2), v1.permute(0, 3, 1, 2), stride=(2, 2), padding=(1, 1), dilation=(1, 1), groups=2).permute(0, 2, 3, 1)
    F.conv2d(F.pad(F.pad(v0[:, :, None, :, None], (0, 0, 0, 0, 0, 0, 0, 1)).reshape((1, 16, 8, 4))[:, :15, :8], (0, 0, -1, 1, 0, 1, 0, 0), value=0).permute(0, 3, 1, 2), v1.permute(0, 3, 1, 2), stride=(1, 1), padding=0, dilation=(1, 1), groups=2).permute(0, 2, 3, 1)
    v0.unfold(1, 5, 2)[..., ::2].unfold(2, 2, 1).permute(0, 1, 2, 4, 5, 3)
    v0.amax(dim=(1,), keepdim=True)
    F.pad(v0, (0, 0, 2, 4, 1, 3, 0, 0), value=-1)
    v0[0:1, 1:6:2, 0:8, 0:4]"
  `)
})

test('ONNX: a convolution goes through NCHW', () => {
  expect(
    onnx((b) =>
      b.conv(map(b), weight(b), {
        stride: [2, 1],
        padding: [
          [1, 0],
          [2, 1],
        ],
        groups: 2,
      }),
    ),
  ).toMatchInlineSnapshot(`
    "t0 = Transpose(v0) {"perm":[0,3,1,2]}
    t1 = Transpose(v1) {"perm":[0,3,1,2]}
    t2 = Conv(t0, t1) {"kernel_shape":[3,3],"strides":[2,1],"pads":[1,2,0,1],"dilations":[1,1],"group":2}
    t3 = Transpose(t2) {"perm":[0,2,3,1]}"
  `)
})

test('ONNX: sides that crop are cropped beforehand', () => {
  expect(onnx((b) => b.conv(map(b), weight(b), { padding: uneven, groups: 2 }))).toMatchInlineSnapshot(`
    "t0 = Pad(v0, [0 0 -1 0 0 1 1 0]i, [0]f) {}
    t1 = Transpose(t0) {"perm":[0,3,1,2]}
    t2 = Transpose(v1) {"perm":[0,3,1,2]}
    t3 = Conv(t1, t2) {"kernel_shape":[3,3],"strides":[1,1],"pads":[0,0,0,0],"dilations":[1,1],"group":2}
    t4 = Transpose(t3) {"perm":[0,2,3,1]}"
  `)
})

test('ONNX: contractions, windows, movement', () => {
  const made = [
    (b: Builder) => b.dot(b.input('x', [5, 3]), b.input('w', [4, 3]), { contract: [[1], [1]] }),
    (b: Builder) => b.windows(map(b), { kernel: [2, 3], stride: [4, 5] }),
    (b: Builder) => b.reverse(map(b), [1, 2]),
    (b: Builder) => b.pad(b.input('x', [2]), { low: [1], high: [0], value: 7 }),
    (b: Builder) => b.broadcast(b.input('x', [1, 4]), [3, 4]),
  ].map(onnx)
  expect(made.join('\n\n')).toMatchInlineSnapshot(`
    "t0 = Transpose(v1) {"perm":[1,0]}
    t1 = MatMul(v0, t0) {}

    t0 = Gather(v0, [0 1 4 5]i) {"axis":1}
    t1 = Gather(t0, [0 1 2 5 6 7]i) {"axis":3}
    t2 = Transpose(t1) {"perm":[0,1,3,2,4,5]}

    t0 = Slice(v0, [-1 -1]i, [-9 -9]i, [1 2]i, [-1 -1]i) {}

    t0 = Pad(v0, [1 0]i, [7]f) {}

    t0 = Expand(v0, [3 4]i) {}"
  `)
})

const rows = (b: Builder) => b.input('x', [2, 5, 4])
const shared = (b: Builder) => b.gather(rows(b), b.constant([0, 3], [2]), { axis: 1 })
const own = (b: Builder) => b.gather(rows(b), b.input('index', [2, 3]), { axis: 2, batch: 1 })
const sums = (b: Builder) =>
  b.scatterAdd(b.input('dy', [2, 5, 3]), b.input('index', [2, 3]), { axis: 2, batch: 1, size: 4 })
const byNumber = [
  shared,
  own,
  sums,
  (b: Builder) => b.topK(rows(b), 2),
  (b: Builder) => b.scan(rows(b), b.input('y', [2, 5, 4]), { axis: 1, reverse: true }),
]

test('PyTorch: parts by number, choices and scans', () => {
  expect(byNumber.map(torch).join('\n')).toMatchInlineSnapshot(`
    "v0[:, v1.long()]
    v0.permute((0, 2, 1))[torch.arange(2).reshape((2, 1)), v1.long()].permute((0, 2, 1))
    v0.new_zeros((2, 4, 5)).index_put((torch.arange(2).reshape((2, 1)), v1.long(),), v0.permute((0, 2, 1)), accumulate=True).permute((0, 2, 1))
    v0.sort(dim=-1, descending=True, stable=True).indices[..., :2].float()
    torch.stack(list(itertools.accumulate(zip(v0.flip(1).unbind(1), v1.flip(1).unbind(1)), lambda h, ab: ab[0] * h + ab[1], initial=0))[1:], dim=1).flip(1)"
  `)
})

test('ONNX: parts by number, choices and scans', () => {
  expect(byNumber.map(onnx).join('\n\n')).toMatchInlineSnapshot(`
    "t0 = Cast(v1) {"to":7}
    t1 = Gather(v0, t0) {"axis":1}

    t0 = Cast(v1) {"to":7}
    t1 = Transpose(v0) {"perm":[0,2,1]}
    t2 = Unsqueeze(t0, [2]i) {}
    t3 = GatherND(t1, t2) {"batch_dims":1}
    t4 = Transpose(t3) {"perm":[0,2,1]}

    t0 = Transpose(v0) {"perm":[0,2,1]}
    t1 = Expand([0]f, [2 4 5]i) {}
    t2 = Cast(v1) {"to":7}
    t3 = Unsqueeze(t2, [2]i) {}
    t4 = Concat([0 0 0 1 1 1]i, t3) {"axis":2}
    t5 = ScatterND(t1, t4, t0) {"reduction":"add"}
    t6 = Transpose(t5) {"perm":[0,2,1]}

    _, t0 = TopK(v0, [2]i) {"axis":-1}
    t1 = Cast(t0) {"to":1}

    t0 = Pad(v1, [0 0 0 0 1 0]i, [0]f) {}
    t1 = Slice(t0, [0 1 0]i, [2 6 4]i, [0 1 2]i, [1 1 1]i) {}
    t2 = Mul(v0, t1) {}
    t3 = Add(t2, v1) {}
    t4 = Pad(v0, [0 0 0 0 1 0]i, [0]f) {}
    t5 = Slice(t4, [0 1 0]i, [2 6 4]i, [0 1 2]i, [1 1 1]i) {}
    t6 = Mul(v0, t5) {}
    t7 = Pad(t3, [0 0 0 0 2 0]i, [0]f) {}
    t8 = Slice(t7, [0 2 0]i, [2 7 4]i, [0 1 2]i, [1 1 1]i) {}
    t9 = Mul(t6, t8) {}
    t10 = Add(t9, t3) {}
    t11 = Pad(t6, [0 0 0 0 2 0]i, [0]f) {}
    t12 = Slice(t11, [0 2 0]i, [2 7 4]i, [0 1 2]i, [1 1 1]i) {}
    t13 = Mul(t6, t12) {}
    t14 = Pad(t10, [0 0 0 0 4 0]i, [0]f) {}
    t15 = Slice(t14, [0 4 0]i, [2 9 4]i, [0 1 2]i, [1 1 1]i) {}
    t16 = Mul(t13, t15) {}
    t17 = Add(t16, t10) {}
    t18 = Pad(t13, [0 0 0 0 4 0]i, [0]f) {}
    t19 = Slice(t18, [0 4 0]i, [2 9 4]i, [0 1 2]i, [1 1 1]i) {}
    t20 = Mul(t13, t19) {}
    t21 = Identity(t17) {}"
  `)
})
