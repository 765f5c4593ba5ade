// Weights by rule: out[i] = a + b u(i), with u in [-1, 1) hashed from the index and the seed of the tensor's name.
const WORKGROUP = 64u;

struct Parameters {
  firstGroup: u32, endGroup: u32, count: u32, itemsPerGroup: u32,
  seed: u32, offset: u32, a: f32, b: f32,
  // What rounding a and b to 32 bits left over.
  restOfA: f32, restOfB: f32,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  if (group >= parameters.endGroup) { return; }
  let first = group * parameters.itemsPerGroup;
  let end = min(first + parameters.itemsPerGroup, parameters.count);
  for (var i = first + lane; i < end; i += WORKGROUP) {
    let u = f32(hash(parameters.seed + i * 0x9E3779B9u) >> 8u) / 8388608.0 - 1.0;
    out[parameters.offset + i] = fma(parameters.b, u, parameters.a) + fma(parameters.restOfB, u, parameters.restOfA);
  }
}

fn hash(start: u32) -> u32 {
  var z = start;
  z = (z ^ (z >> 16u)) * 0x7feb352du;
  z = (z ^ (z >> 15u)) * 0x846ca68bu;
  return z ^ (z >> 16u);
}
