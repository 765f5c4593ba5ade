// out[outer, i, inner] = factor * out[outer, i - 1, inner] + added: a linear recurrence along the middle axis.
//
// One invocation per line; neighbours have neighbouring `inner`.
const WORKGROUP = 64u;

struct View { strides: vec4u, offset: u32 }
struct Fused { none: vec4u }
struct Parameters {
  firstGroup: u32, endGroup: u32, outer: u32, length: u32,
  inner: u32,
  out: View,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read_write> out: array<f32>;

fn factor(accumulator: f32, index: vec4u) -> f32 {
  return 1.0;
}

fn added(accumulator: f32, index: vec4u) -> f32 {
  return 0.0;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  let line = group * WORKGROUP + lane;
  if (group >= parameters.endGroup || line >= parameters.outer * parameters.inner) { return; }
  let outer = line / parameters.inner;
  let inner = line % parameters.inner;
  let base = parameters.out.offset + outer * parameters.out.strides.x + inner * parameters.out.strides.z;
  var state = 0.0;
  for (var i = 0u; i < parameters.length; i++) {
    let index = vec4u(outer, i, inner, 0u);
    state = fma(factor(0.0, index), state, added(0.0, index));
    out[base + i * parameters.out.strides.y] = state;
  }
}
