// Softmax along rows: exp(x - max) over its sum.
//
// LANES invocations share a row: one on adapters where invocations take turns, a whole workgroup for long rows.
const LANES = 1u;
const ROWS = 64u;

const WORKGROUP = LANES * ROWS;

struct View { strides: vec4u, offset: u32 }
struct Parameters {
  firstGroup: u32, endGroup: u32, rows: u32, length: u32,
  input: View, out: View,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
var<workgroup> parts: array<f32, WORKGROUP>;

fn load(at: u32) -> f32 {
  return input[at];
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  if (group >= parameters.endGroup) { return; }
  let row = group * ROWS + lane / LANES;
  let known = min(row, parameters.rows - 1u);
  let base = parameters.input.offset + known * parameters.input.strides.x;
  let step = parameters.input.strides.y;
  var largest = -3.4028234e38;
  for (var i = lane % LANES; i < parameters.length; i += LANES) {
    largest = max(largest, load(base + i * step));
  }
  largest = foldRow(largest, lane, true);
  var sum = 0.0;
  for (var i = lane % LANES; i < parameters.length; i += LANES) {
    sum += exp(load(base + i * step) - largest);
  }
  let scale = 1.0 / foldRow(sum, lane, false);
  if (row < parameters.rows) {
    let at = parameters.out.offset + row * parameters.out.strides.x;
    for (var i = lane % LANES; i < parameters.length; i += LANES) {
      out[at + i * parameters.out.strides.y] = exp(load(base + i * step) - largest) * scale;
    }
  }
}

// The maximum or the sum over the lanes of a row, known to all of them.
fn foldRow(own: f32, lane: u32, isMax: bool) -> f32 {
  if (LANES == 1u) { return own; }
  workgroupBarrier();
  parts[lane] = own;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane % LANES < half) {
      let other = parts[lane + half];
      parts[lane] = select(parts[lane] + other, max(parts[lane], other), isMax);
    }
  }
  workgroupBarrier();
  return parts[lane - lane % LANES];
}
