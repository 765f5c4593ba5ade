// Softmax along rows: exp(x - max) over its sum.
//
// LANES invocations share a row, every one taking four neighbours at a time.
const LANES = 1u;
const ROWS = 64u;

const WORKGROUP = LANES * ROWS;
const LOWEST = -3.4028234e38;

struct View { strides: vec4u, offset: u32 }
struct Parameters {
  firstGroup: u32, endGroup: u32, rows: u32, length: u32,
  input: View, out: View,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
var<workgroup> parts: array<f32, WORKGROUP>;

// Four neighbours; beyond the end of the row the lowest number.
fn valuesAt(row: u32, i: u32) -> vec4f {
  return input[(row + i) / 4u];
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
  let first = (lane % LANES) * 4u;
  let base = parameters.input.offset + min(row, parameters.rows - 1u) * parameters.input.strides.x;

  var tops = vec4f(LOWEST);
  for (var i = first; i < parameters.length; i += LANES * 4u) {
    tops = max(tops, valuesAt(base, i));
  }
  let largest = maxOfRow(max(max(tops.x, tops.y), max(tops.z, tops.w)), lane);
  var sums = vec4f();
  for (var i = first; i < parameters.length; i += LANES * 4u) {
    sums += exp(valuesAt(base, i) - largest);
  }
  let scale = 1.0 / sumOfRow((sums.x + sums.y) + (sums.z + sums.w), lane);
  if (row >= parameters.rows) { return; }
  let at = parameters.out.offset + row * parameters.out.strides.x;
  for (var i = first; i < parameters.length; i += LANES * 4u) {
    let weights = exp(valuesAt(base, i) - largest) * scale;
    for (var e = 0u; e < 4u; e++) {
      if (i + e < parameters.length) { out[at + (i + e) * parameters.out.strides.y] = weights[e]; }
    }
  }
}

// The sum over the lanes of a row, known to all of them.
fn sumOfRow(own: f32, lane: u32) -> f32 {
  if (LANES == 1u) { return own; }
  workgroupBarrier();
  parts[lane] = own;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane % LANES < half) { parts[lane] += parts[lane + half]; }
  }
  workgroupBarrier();
  return parts[lane - lane % LANES];
}

// The maximum over the lanes of a row, known to all of them.
fn maxOfRow(own: f32, lane: u32) -> f32 {
  if (LANES == 1u) { return own; }
  workgroupBarrier();
  parts[lane] = own;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane % LANES < half) { parts[lane] = max(parts[lane], parts[lane + half]); }
  }
  workgroupBarrier();
  return parts[lane - lane % LANES];
}
