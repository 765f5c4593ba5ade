// Average and maximum over windows of a map [n, h, w, c].
//
// An invocation computes STRIP neighbours along x for four channels. Taps along x are taken TAPS at a time, so that wide
// windows run in a loop and every loaded pixel serves several taps.
const WORKGROUP = 64u;
const STRIP = 4u;
const TAPS = 3u;
// Whether TAPS is the whole width of the window.
const IS_WHOLE = true;
const STRIDE_X = 1u;
const IS_MAX = false;

// Pixels that one strip reads for TAPS taps.
const SPAN = (STRIP - 1u) * STRIDE_X + TAPS;

struct View { strides: vec4u, offset: u32 }
struct Fused { none: vec4u }
struct Parameters {
  firstGroup: u32, endGroup: u32, invocations: u32, channels: u32,
  height: u32, width: u32, outputHeight: u32, outputWidth: u32,
  kernelY: u32, kernelX: u32, strideY: u32,
  // What an average divides by; 0 for the taps inside of the map.
  divisor: f32,
  paddingY: u32, paddingX: u32, strips: u32, quads: u32,
  input: View, out: View,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

fn loadInput(at: u32, channel: u32) -> vec4f {
  return input[(at + channel) / 4u];
}

// What a fold begins with, and its step.
const START = 0.0;
fn fold(folded: vec4f, value: vec4f) -> vec4f {
  return folded + value;
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
  let x0 = (place % parameters.strips) * STRIP;
  let row = place / parameters.strips;
  let y = row % parameters.outputHeight;
  let image = row / parameters.outputHeight;
  // Before the map these wrap around to large numbers, which lie outside as well.
  let top = y * parameters.strideY - parameters.paddingY;
  let left = x0 * STRIDE_X - parameters.paddingX;
  let atImage = parameters.input.offset + image * parameters.input.strides.x;

  var folded: array<vec4f, STRIP>;
  for (var i = 0u; i < STRIP; i++) {
    folded[i] = vec4f(START);
  }
  for (var ky = 0u; ky < parameters.kernelY; ky++) {
    if (top + ky >= parameters.height) { continue; }
    let atRow = atImage + (top + ky) * parameters.input.strides.y;
    for (var kx = 0u; kx < parameters.kernelX; kx += TAPS) {
      var pixels: array<vec4f, SPAN>;
      for (var i = 0u; i < SPAN; i++) {
        let at = left + kx + i;
        let loaded = loadInput(atRow + min(at, parameters.width - 1u) * parameters.input.strides.z, channel);
        pixels[i] = select(vec4f(START), loaded, at < parameters.width);
      }
      for (var i = 0u; i < STRIP; i++) {
        for (var t = 0u; t < TAPS; t++) {
          let isTap = IS_WHOLE || kx + t < parameters.kernelX;
          folded[i] = fold(folded[i], select(vec4f(START), pixels[i * STRIDE_X + t], isTap));
        }
      }
      // Mesa then knows that this is no loop, which makes narrow windows a third faster.
      if (IS_WHOLE) { break; }
    }
  }

  // A copy with a loop that stays one: the epilogue may be long. Mesa writes loops out that count an index of an array.
  var results: array<vec4f, STRIP>;
  for (var i = 0u; i < STRIP; i++) {
    results[i] = folded[i];
  }
  let rowsInside = tapsInside(top, parameters.kernelY, parameters.height);
  let endX = min(x0 + STRIP, parameters.outputWidth);
  for (var x = x0; x < endX; x++) {
    var result = results[x - x0];
    if (!IS_MAX) {
      let inside = rowsInside * tapsInside(x * STRIDE_X - parameters.paddingX, parameters.kernelX, parameters.width);
      result /= select(parameters.divisor, f32(max(inside, 1u)), parameters.divisor == 0.0);
    }
    store(vec4u(image, y, x, channel), result);
  }
}

// How many of `count` places from `first` on lie below `size`; `first` may have wrapped around zero.
fn tapsInside(first: u32, count: u32, size: u32) -> u32 {
  let begin = i32(first);
  return u32(max(min(begin + i32(count), i32(size)) - max(begin, 0), 0));
}

fn store(index: vec4u, value: vec4f) {
  let strides = parameters.out.strides;
  let at = parameters.out.offset + index.x * strides.x + index.y * strides.y + index.z * strides.z + index.w * strides.w;
  for (var c = 0u; c < 4u; c++) {
    if (index.w + c < parameters.channels) {
      out[at + c * strides.w] = epilogue(value[c], index + vec4u(0u, 0u, 0u, c));
    }
  }
}
