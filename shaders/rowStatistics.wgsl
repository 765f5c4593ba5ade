// Per row: its mean and 1 / sqrt(variance + eps), the variance of what is left after the mean is taken off.
//
// LANES invocations share a row: one on adapters where invocations take turns, a whole workgroup for long rows.
const LANES = 1u;
const ROWS = 64u;
const IS_RMS = false;

const WORKGROUP = LANES * ROWS;

struct View { strides: vec4u, offset: u32 }
struct Parameters {
  firstGroup: u32, endGroup: u32, rows: u32, length: u32,
  input: View, out: View,
  eps: f32,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
var<workgroup> parts: array<f32, WORKGROUP>;

// Number i of those that are averaged.
fn valueAt(row: u32, i: u32) -> f32 {
  return input[row + i * parameters.input.strides.y];
}

// What adds to the square of its distance from the mean.
fn varianceAt(row: u32, i: u32) -> f32 {
  return 0.0;
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
  let base = parameters.input.offset + min(row, parameters.rows - 1u) * parameters.input.strides.x;
  let length = f32(parameters.length);
  var mean = 0.0;
  if (!IS_RMS) {
    mean = sumOfRow(sumOf(base, lane % LANES), lane) / length;
  }
  let variance = sumOfRow(sumOfSquares(base, lane % LANES, mean), lane) / length;
  if (lane % LANES == 0u && row < parameters.rows) {
    let at = parameters.out.offset + row * parameters.out.strides.x;
    out[at] = mean;
    out[at + parameters.out.strides.y] = 1.0 / sqrt(variance + parameters.eps);
  }
}

// Every LANES-th value, in four sums: faster and more exact than one.
fn sumOf(row: u32, first: u32) -> f32 {
  var sums = vec4f();
  for (var i = first; i < parameters.length; i += LANES * 4u) {
    for (var e = 0u; e < 4u; e++) {
      let at = i + e * LANES;
      if (at < parameters.length) { sums[e] += valueAt(row, at); }
    }
  }
  return (sums.x + sums.y) + (sums.z + sums.w);
}

fn sumOfSquares(row: u32, first: u32, mean: f32) -> f32 {
  var sums = vec4f();
  for (var i = first; i < parameters.length; i += LANES * 4u) {
    for (var e = 0u; e < 4u; e++) {
      let at = i + e * LANES;
      if (at < parameters.length) {
        let distance = valueAt(row, at) - mean;
        sums[e] += fma(distance, distance, varianceAt(row, at));
      }
    }
  }
  return (sums.x + sums.y) + (sums.z + sums.w);
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
