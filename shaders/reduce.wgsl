// Folds the middle axis: out[outer, inner] = epilogue(fold over i of prologue(input[outer, i, inner])).
//
// LANES invocations share a result, every one taking four elements at a time.
const LANES = 1u;
const RESULTS = 64u;

const WORKGROUP = LANES * RESULTS;

struct View { strides: vec4u, offset: u32 }
struct Fused { none: vec4u }
struct Parameters {
  firstGroup: u32, endGroup: u32, outer: u32, length: u32,
  inner: u32,
  input: View, out: View,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
var<workgroup> parts: array<f32, WORKGROUP>;

// What a fold begins with, and its step.
const START = 0.0;
fn fold(folded: f32, value: f32) -> f32 {
  return folded + value;
}

fn prologue(accumulator: f32, index: vec4u) -> f32 {
  return accumulator;
}

fn epilogue(accumulator: f32, index: vec4u) -> f32 {
  return accumulator;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  if (group >= parameters.endGroup) { return; }
  let result = group * RESULTS + lane / LANES;
  let isResult = result < parameters.outer * parameters.inner;
  let known = select(0u, result, isResult);
  let outer = known / parameters.inner;
  let inner = known % parameters.inner;
  let base = parameters.input.offset + outer * parameters.input.strides.x + inner * parameters.input.strides.z;
  // Four folds side by side: faster, and more exact for long sums.
  var folds: array<f32, 4>;
  for (var e = 0u; e < 4u; e++) {
    folds[e] = START;
  }
  var i = lane % LANES;
  for (; i + 3u * LANES < parameters.length; i += LANES * 4u) {
    for (var e = 0u; e < 4u; e++) {
      folds[e] = fold(folds[e], valueAt(base, outer, i + e * LANES, inner));
    }
  }
  for (; i < parameters.length; i += LANES) {
    folds[0u] = fold(folds[0u], valueAt(base, outer, i, inner));
  }
  let whole = foldLanes(fold(fold(folds[0u], folds[1u]), fold(folds[2u], folds[3u])), lane);
  if (isResult && lane % LANES == 0u) {
    out[parameters.out.offset + outer * parameters.out.strides.x + inner * parameters.out.strides.y] =
      epilogue(whole, vec4u(outer, inner, 0u, 0u));
  }
}

fn valueAt(base: u32, outer: u32, i: u32, inner: u32) -> f32 {
  return prologue(input[base + i * parameters.input.strides.y], vec4u(outer, i, inner, 0u));
}

// The fold over the lanes of a result, known to the first of them.
fn foldLanes(own: f32, lane: u32) -> f32 {
  if (LANES == 1u) { return own; }
  parts[lane] = own;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane % LANES < half) { parts[lane] = fold(parts[lane], parts[lane + half]); }
  }
  workgroupBarrier();
  return parts[lane];
}
