// C[b, m, n] = sum over k of A[b, m, k] B[b, n, k] for a few rows m: a workgroup per LANES_N columns, k split over the others.
//
// k runs over segments of `length` neighbours: one segment for a matrix, one per row (or tap) of the window for a convolution.
const ROWS = 1u;
// Invocations of a workgroup along n and along k.
const LANES_N = 4u;
const LANES_K = 16u;

const WORKGROUP = LANES_N * LANES_K;

struct View { strides: vec4u, offset: u32 }
struct Patches {
  height: u32, width: u32, channels: u32, groupStride: u32,
  outputHeight: u32, outputWidth: u32, tapsAcross: u32, segmentsAcross: u32,
  strideY: u32, strideX: u32, paddingY: u32, paddingX: u32,
  dilationY: u32, dilationX: u32,
}
struct Fused { none: vec4u }
struct Parameters {
  firstGroup: u32, endGroup: u32, m: u32, n: u32,
  batch: u32, segments: u32, length: u32, tilesM: u32,
  tilesN: u32,
  a: View, b: View, out: View,
  patches: Patches,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

// Where a row of A lies within a segment: element j is at base + j; it is zero unless j - low < count.
struct RowOfA { base: u32, low: u32, count: u32 }

fn rowOfA(batch: u32, m: u32, segment: u32) -> RowOfA {
  var row: RowOfA;
  row.base = parameters.a.offset + batch * parameters.a.strides.x + m * parameters.a.strides.y;
  row.count = parameters.length;
  return row;
}

// The same for the patches of a feature map: m counts (image, y, x) of the result, a segment is a row of the window or a tap.
fn rowOfPatches(batch: u32, m: u32, segment: u32) -> RowOfA {
  let patches = parameters.patches;
  let place = m / patches.outputWidth;
  let image = place / patches.outputHeight;
  let y = (place % patches.outputHeight) * patches.strideY + (segment / patches.segmentsAcross) * patches.dilationY - patches.paddingY;
  let x = (m % patches.outputWidth) * patches.strideX + (segment % patches.segmentsAcross) * patches.dilationX - patches.paddingX;
  let first = clamp(-i32(x), 0, i32(patches.tapsAcross));
  let end = clamp(i32(patches.width - x), first, i32(patches.tapsAcross));
  var row: RowOfA;
  row.base = parameters.a.offset + batch * patches.groupStride
    + image * parameters.a.strides.x + y * parameters.a.strides.y + x * parameters.a.strides.z;
  row.low = u32(first) * patches.channels;
  row.count = select(0u, u32(end - first), y < patches.height) * patches.channels;
  return row;
}

// Applied to the elements of A as they are loaded, when there is something to apply.
fn prologue(accumulator: f32, row: RowOfA, k: u32) -> f32 {
  return accumulator;
}

fn loadA(row: RowOfA, j: u32) -> vec4f {
  return a[(row.base + j) / 4u];
}

fn loadB(column: u32, k: u32, j: u32) -> vec4f {
  return b[(column + k) / 4u];
}

fn epilogue(accumulator: f32, index: vec4u) -> f32 {
  return accumulator;
}

var<workgroup> parts: array<array<f32, WORKGROUP>, ROWS>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  if (group >= parameters.endGroup) { return; }
  let batch = group / (parameters.tilesM * parameters.tilesN);
  let tile = group % (parameters.tilesM * parameters.tilesN);
  let m0 = (tile / parameters.tilesN) * ROWS;
  let laneK = lane % LANES_K;
  let n = (tile % parameters.tilesN) * LANES_N + lane / LANES_K;
  let column = parameters.b.offset + batch * parameters.b.strides.x + min(n, parameters.n - 1u) * parameters.b.strides.y;

  var sums: array<f32, ROWS>;
  for (var segment = 0u; segment < parameters.segments; segment++) {
    var rows: array<RowOfA, ROWS>;
    for (var i = 0u; i < ROWS; i++) {
      rows[i] = rowOfA(batch, min(m0 + i, parameters.m - 1u), segment);
    }
    let k0 = segment * parameters.length;
    for (var j = laneK * 4u; j < parameters.length; j += LANES_K * 4u) {
      let y = loadB(column, k0 + j, j);
      for (var i = 0u; i < ROWS; i++) {
        sums[i] += dot(loadA(rows[i], j), y);
      }
    }
  }

  for (var i = 0u; i < ROWS; i++) {
    parts[i][lane] = sums[i];
  }
  for (var half = LANES_K / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (laneK < half) {
      for (var i = 0u; i < ROWS; i++) {
        parts[i][lane] += parts[i][lane + half];
      }
    }
  }
  if (laneK == 0u) {
    for (var i = 0u; i < ROWS; i++) {
      store(batch, m0 + i, n, parts[i][lane]);
    }
  }
}

fn store(batch: u32, m: u32, n: u32, sum: f32) {
  if (m >= parameters.m || n >= parameters.n) { return; }
  let at = parameters.out.offset + batch * parameters.out.strides.x + m * parameters.out.strides.y + n * parameters.out.strides.z;
  out[at] = epilogue(sum, vec4u(batch, m, n, 0u));
}
