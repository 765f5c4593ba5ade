// Depthwise convolution: out[n, y, x, c] = sum over the window of input[n, y * s - p + ky * d, ..., c] weights[ky, kx, c].
//
// An invocation computes STRIP neighbours along x on LINES lines below each other, for four channels. Taps along x are taken
// TAPS at a time, so that wide windows run in a loop and every loaded pixel serves several taps.
const WORKGROUP = 64u;
const STRIP = 4u;
// More than one only where rows of the window are not apart.
const LINES = 1u;
const TAPS = 3u;
// Whether TAPS is the whole width of the window.
const IS_WHOLE = true;
const STRIDE_X = 1u;
const DILATION_X = 1u;

// Pixels that one strip reads for TAPS taps.
const SPAN = (STRIP - 1u) * STRIDE_X + (TAPS - 1u) * DILATION_X + 1u;

struct View { strides: vec4u, offset: u32 }
struct Fused { none: vec4u }
struct Parameters {
  firstGroup: u32, endGroup: u32, invocations: u32, channels: u32,
  height: u32, width: u32, outputHeight: u32, outputWidth: u32,
  kernelY: u32, kernelX: u32, strideY: u32, dilationY: u32,
  paddingY: u32, paddingX: u32, strips: u32, quads: u32,
  bands: u32,
  input: View, weights: View, out: View,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

fn loadInput(at: u32, channel: u32) -> vec4f {
  return input[(at + channel) / 4u];
}

fn loadWeight(at: u32, channel: u32) -> vec4f {
  return weights[(at + channel) / 4u];
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
  let band = place / parameters.strips;
  let y0 = (band % parameters.bands) * LINES;
  let image = band / parameters.bands;
  let inputX = x0 * STRIDE_X - parameters.paddingX;
  let atImage = parameters.input.offset + image * parameters.input.strides.x;

  var sums: array<array<vec4f, STRIP>, LINES>;
  let rows = parameters.kernelY + (LINES - 1u) * parameters.strideY;
  for (var row = 0u; row < rows; row++) {
    let inputY = y0 * parameters.strideY + row * parameters.dilationY - parameters.paddingY;
    if (inputY >= parameters.height) { continue; }
    let atRow = atImage + inputY * parameters.input.strides.y;
    for (var kx = 0u; kx < parameters.kernelX; kx += TAPS) {
      var pixels: array<vec4f, SPAN>;
      for (var i = 0u; i < SPAN; i++) {
        let at = inputX + kx * DILATION_X + i;
        let loaded = loadInput(atRow + min(at, parameters.width - 1u) * parameters.input.strides.z, channel);
        pixels[i] = select(vec4f(), loaded, at < parameters.width);
      }
      for (var l = 0u; l < LINES; l++) {
        let ky = row - l * parameters.strideY;
        let isTap = LINES == 1u || ky < parameters.kernelY;
        let atWeights = parameters.weights.offset + select(0u, ky, isTap) * parameters.weights.strides.x;
        var taps: array<vec4f, TAPS>;
        for (var t = 0u; t < TAPS; t++) {
          let tap = select(min(kx + t, parameters.kernelX - 1u), t, IS_WHOLE);
          let loaded = loadWeight(atWeights + tap * parameters.weights.strides.y, channel);
          taps[t] = select(vec4f(), loaded, isTap && (IS_WHOLE || kx + t < parameters.kernelX));
        }
        for (var i = 0u; i < STRIP; i++) {
          for (var t = 0u; t < TAPS; t++) {
            sums[l][i] = fma(pixels[i * STRIDE_X + t * DILATION_X], taps[t], sums[l][i]);
          }
        }
      }
      // Mesa then knows that this is no loop, which makes narrow windows a third faster.
      if (IS_WHOLE) { break; }
    }
  }

  // A copy with loops that stay loops: the epilogue may be long. Mesa writes loops out that count an index of an array.
  var results: array<array<vec4f, STRIP>, LINES>;
  for (var l = 0u; l < LINES; l++) {
    for (var i = 0u; i < STRIP; i++) {
      results[l][i] = sums[l][i];
    }
  }
  let endY = min(y0 + LINES, parameters.outputHeight);
  let endX = min(x0 + STRIP, parameters.outputWidth);
  for (var y = y0; y < endY; y++) {
    for (var x = x0; x < endX; x++) {
      store(vec4u(image, y, x, channel), results[y - y0][x - x0]);
    }
  }
}

fn store(index: vec4u, sum: vec4f) {
  let strides = parameters.out.strides;
  let at = parameters.out.offset + index.x * strides.x + index.y * strides.y + index.z * strides.z + index.w * strides.w;
  for (var c = 0u; c < 4u; c++) {
    if (index.w + c < parameters.channels) {
      out[at + c * strides.w] = epilogue(sum[c], index + vec4u(0u, 0u, 0u, c));
    }
  }
}
