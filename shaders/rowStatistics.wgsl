// Per row: its mean and 1 / sqrt(variance + eps), the variance of what is left after the mean is taken off.
//
// LANES invocations share a row, every one taking four neighbours at a time.
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
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
var<workgroup> parts: array<f32, WORKGROUP>;

// Four of the values that are averaged; beyond the end of the row they are anything.
fn valuesAt(row: u32, i: u32) -> vec4f {
  return input[(row + i) / 4u];
}

// What adds to the square of their distance from the mean.
fn variancesAt(row: u32, i: u32) -> vec4f {
  return vec4f();
}

// `values` without those beyond the end of the row.
fn inside(values: vec4f, i: u32) -> vec4f {
  return values;
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
  let length = f32(parameters.length);

  var mean = 0.0;
  if (!IS_RMS) {
    var sums = vec4f();
    for (var i = first; i < parameters.length; i += LANES * 4u) {
      sums += inside(valuesAt(base, i), i);
    }
    mean = sumOfRow((sums.x + sums.y) + (sums.z + sums.w), lane) / length;
  }
  var squares = vec4f();
  for (var i = first; i < parameters.length; i += LANES * 4u) {
    let distance = valuesAt(base, i) - mean;
    squares += inside(fma(distance, distance, variancesAt(base, i)), i);
  }
  let variance = sumOfRow((squares.x + squares.y) + (squares.z + squares.w), lane) / length;
  if (lane % LANES == 0u && row < parameters.rows) {
    let at = parameters.out.offset + row * parameters.out.strides.x;
    out[at] = mean;
    out[at + parameters.out.strides.y] = 1.0 / sqrt(variance + parameters.eps);
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
