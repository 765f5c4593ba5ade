// C[b, m, n] = sum over k of A[b, m, k] B[b, n, k], tiles staged through workgroup memory: for GPUs.
//
// An invocation computes ROWS x COLUMNS results, its rows ACROSS_M apart and its columns ACROSS_N apart. k runs over
// segments of `length` neighbours: one segment for a matrix, one per row (or tap) of the window for a convolution.
const ROWS = 4u;
const COLUMNS = 4u;
// Invocations of a workgroup along m and along n.
const ACROSS_M = 8u;
const ACROSS_N = 8u;
// Steps of four along k that are staged at once.
const STEPS = 4u;

const TILE_M = ROWS * ACROSS_M;
const TILE_N = COLUMNS * ACROSS_N;
const WORKGROUP = ACROSS_M * ACROSS_N;
const LOADS_A = TILE_M * STEPS / WORKGROUP;
const LOADS_B = TILE_N * STEPS / WORKGROUP;

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

// [step][row], so that neighbours in a workgroup read neighbours.
var<workgroup> tileA: array<array<vec4f, TILE_M>, STEPS>;
var<workgroup> tileB: array<array<vec4f, TILE_N>, STEPS>;

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
  let m0 = (tile / parameters.tilesN) * TILE_M;
  let n0 = (tile % parameters.tilesN) * TILE_N;
  let laneM = lane / ACROSS_N;
  let laneN = lane % ACROSS_N;

  var bases: array<u32, LOADS_B>;
  for (var i = 0u; i < LOADS_B; i++) {
    let n = min(n0 + (lane + i * WORKGROUP) / STEPS, parameters.n - 1u);
    bases[i] = parameters.b.offset + batch * parameters.b.strides.x + n * parameters.b.strides.y;
  }
  var sums: array<array<f32, COLUMNS>, ROWS>;
  for (var segment = 0u; segment < parameters.segments; segment++) {
    var rows: array<RowOfA, LOADS_A>;
    for (var i = 0u; i < LOADS_A; i++) {
      rows[i] = rowOfA(batch, min(m0 + (lane + i * WORKGROUP) / STEPS, parameters.m - 1u), segment);
    }
    let k0 = segment * parameters.length;
    for (var j0 = 0u; j0 < parameters.length; j0 += 4u * STEPS) {
      let step = lane % STEPS;
      let j = j0 + step * 4u;
      // Beyond the end of the segment both sides would be read from elsewhere.
      let isInside = j < parameters.length;
      for (var i = 0u; i < LOADS_A; i++) {
        var value = vec4f();
        if (isInside) { value = loadA(rows[i], j); }
        tileA[step][(lane + i * WORKGROUP) / STEPS] = value;
      }
      for (var i = 0u; i < LOADS_B; i++) {
        var value = vec4f();
        if (isInside) { value = loadB(bases[i], k0 + j, j); }
        tileB[step][(lane + i * WORKGROUP) / STEPS] = value;
      }
      workgroupBarrier();
      for (var s = 0u; s < STEPS; s++) {
        var values: array<vec4f, ROWS>;
        for (var i = 0u; i < ROWS; i++) {
          values[i] = tileA[s][laneM + i * ACROSS_M];
        }
        for (var c = 0u; c < COLUMNS; c++) {
          let y = tileB[s][laneN + c * ACROSS_N];
          for (var i = 0u; i < ROWS; i++) {
            sums[i][c] = fma(values[i].w, y.w, fma(values[i].z, y.z, fma(values[i].y, y.y, fma(values[i].x, y.x, sums[i][c]))));
          }
        }
      }
      workgroupBarrier();
    }
  }

  for (var i = 0u; i < ROWS; i++) {
    for (var c = 0u; c < COLUMNS; c++) {
      store(batch, m0 + laneM + i * ACROSS_M, n0 + laneN + c * ACROSS_N, sums[i][c]);
    }
  }
}

fn store(batch: u32, m: u32, n: u32, sum: f32) {
  if (m >= parameters.m || n >= parameters.n) { return; }
  let at = parameters.out.offset + batch * parameters.out.strides.x + m * parameters.out.strides.y + n * parameters.out.strides.z;
  out[at] = epilogue(sum, vec4u(batch, m, n, 0u));
}
