// out[i] = compute(operands[i]), for every i of a shape of up to eight axes. An item is LANES neighbours along the last axis.
const WORKGROUP = 64u;
const LANES = 1u;

struct View { strides: vec4u, stridesFurther: vec4u, offset: u32 }
struct Fused { out: View, operand0: View }
struct Parameters {
  firstGroup: u32, endGroup: u32, items: u32, itemsPerGroup: u32,
  // The last axis counted in items.
  shape: vec4u, shapeFurther: vec4u,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read_write> out: array<f32>;

// An index of up to eight axes.
struct Place { index: vec4u, further: vec4u }

fn placeOf(item: u32) -> Place {
  return Place(vec4u(item * LANES, 0u, 0u, 0u), vec4u());
}

fn compute(operand0: f32) -> f32 {
  return operand0;
}

fn apply(index: vec4u, further: vec4u) {
  out[parameters.fused.out.offset + index.x] = compute(0.0);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  if (group >= parameters.endGroup) { return; }
  let first = group * parameters.itemsPerGroup;
  let end = min(first + parameters.itemsPerGroup, parameters.items);
  for (var item = first + lane; item < end; item += WORKGROUP) {
    let place = placeOf(item);
    apply(place.index, place.further);
  }
}
