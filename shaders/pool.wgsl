// Average and maximum over windows of a map [n, h, w, c]: one place and four channels per invocation.
const WORKGROUP = 64u;
const IS_MAX = false;

struct View { strides: vec4u, offset: u32 }
struct Fused { none: vec4u }
struct Parameters {
  firstGroup: u32, endGroup: u32, invocations: u32, channels: u32,
  height: u32, width: u32, outputHeight: u32, outputWidth: u32,
  kernelY: u32, kernelX: u32, strideY: u32, strideX: u32,
  paddingY: u32, paddingX: u32, quads: u32,
  // What an average divides by; 0 for the taps inside of the map.
  divisor: f32,
  input: View, out: View,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

fn loadInput(at: u32, channel: u32) -> vec4f {
  return input[(at + channel) / 4u];
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
  let invocation = group * WORKGROUP + lane;
  if (group >= parameters.endGroup || invocation >= parameters.invocations) { return; }
  let channel = (invocation % parameters.quads) * 4u;
  let place = invocation / parameters.quads;
  let x = place % parameters.outputWidth;
  let row = place / parameters.outputWidth;
  let y = row % parameters.outputHeight;
  let image = row / parameters.outputHeight;

  // The part of the window inside of the map, as signed numbers: windows may begin before it.
  let top = i32(y * parameters.strideY) - i32(parameters.paddingY);
  let left = i32(x * parameters.strideX) - i32(parameters.paddingX);
  let firstY = u32(max(top, 0));
  let firstX = u32(max(left, 0));
  let endY = u32(clamp(top + i32(parameters.kernelY), 0, i32(parameters.height)));
  let endX = u32(clamp(left + i32(parameters.kernelX), 0, i32(parameters.width)));
  let base = parameters.input.offset + image * parameters.input.strides.x;
  var folded = select(vec4f(), vec4f(-3.4028234e38), IS_MAX);
  for (var inputY = firstY; inputY < endY; inputY++) {
    for (var inputX = firstX; inputX < endX; inputX++) {
      let value = loadInput(base + inputY * parameters.input.strides.y + inputX * parameters.input.strides.z, channel);
      folded = select(folded + value, max(folded, value), IS_MAX);
    }
  }
  if (!IS_MAX) {
    let inside = f32(max(endY, firstY) - firstY) * f32(max(endX, firstX) - firstX);
    folded /= select(parameters.divisor, max(inside, 1.0), parameters.divisor == 0.0);
  }
  let channelsLeft = min(4u, parameters.channels - channel);
  for (var c = 0u; c < channelsLeft; c++) {
    store(vec4u(image, y, x, channel + c), folded[c]);
  }
}

fn store(index: vec4u, value: f32) {
  let strides = parameters.out.strides;
  let at = parameters.out.offset + index.x * strides.x + index.y * strides.y + index.z * strides.z + index.w * strides.w;
  out[at] = epilogue(value, index);
}
