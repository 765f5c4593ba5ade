// C[b, m, n] = sum over k of A[b, m, k] B[b, n, k], one subgroup per tile, without barriers.
//
// The lanes lie side by side along n. Each lane loads its share of the rows of A and hands them to the others, so that an
// element of A is loaded once for SUBGROUP * COLUMNS columns. k runs over segments of `length` neighbours: one segment for
// a matrix, one per row (or tap) of the window for a convolution.
enable subgroups;

const SUBGROUP = 8u;
const ROWS = 16u;
// Per lane.
const COLUMNS = 2u;

const TILE_N = SUBGROUP * COLUMNS;
const ROW_LANES = min(SUBGROUP, ROWS);
const ROWS_PER_LANE = ROWS / ROW_LANES;

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

@compute @workgroup_size(SUBGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  if (group >= parameters.endGroup) { return; }
  let batch = group / (parameters.tilesM * parameters.tilesN);
  let tile = group % (parameters.tilesM * parameters.tilesN);
  let m0 = (tile / parameters.tilesN) * ROWS;
  let n0 = (tile % parameters.tilesN) * TILE_N + lane;

  var bases: array<u32, COLUMNS>;
  for (var c = 0u; c < COLUMNS; c++) {
    bases[c] = parameters.b.offset + batch * parameters.b.strides.x + min(n0 + c * SUBGROUP, parameters.n - 1u) * parameters.b.strides.y;
  }
  var sums: array<array<f32, COLUMNS>, ROWS>;
  for (var segment = 0u; segment < parameters.segments; segment++) {
    var rows: array<RowOfA, ROWS_PER_LANE>;
    for (var i = 0u; i < ROWS_PER_LANE; i++) {
      rows[i] = rowOfA(batch, min(m0 + i * ROW_LANES + lane % ROW_LANES, parameters.m - 1u), segment);
    }
    let k0 = segment * parameters.length;
    for (var j = 0u; j < parameters.length; j += 4u) {
      var own: array<vec4f, ROWS_PER_LANE>;
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        own[i] = loadA(rows[i], j);
      }
      var columns: array<vec4f, COLUMNS>;
      for (var c = 0u; c < COLUMNS; c++) {
        columns[c] = loadB(bases[c], k0 + j, j);
      }
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        for (var l = 0u; l < ROW_LANES; l++) {
          let x = subgroupShuffle(own[i], l);
          for (var c = 0u; c < COLUMNS; c++) {
            sums[i * ROW_LANES + l][c] = fma(x.w, columns[c].w, fma(x.z, columns[c].z, fma(x.y, columns[c].y, fma(x.x, columns[c].x, sums[i * ROW_LANES + l][c]))));
          }
        }
      }
    }
  }

  // A copy with a loop that stays one: the epilogue may be long. Mesa writes loops out that count an index of an array.
  var results: array<array<f32, COLUMNS>, ROWS>;
  for (var i = 0u; i < ROWS; i++) {
    for (var c = 0u; c < COLUMNS; c++) {
      results[i][c] = sums[i][c];
    }
  }
  let endM = min(m0 + ROWS, parameters.m);
  for (var m = m0; m < endM; m++) {
    for (var c = 0u; c < COLUMNS; c++) {
      store(batch, m, n0 + c * SUBGROUP, results[m - m0][c]);
    }
  }
}

fn store(batch: u32, m: u32, n: u32, sum: f32) {
  if (n >= parameters.n) { return; }
  let at = parameters.out.offset + batch * parameters.out.strides.x + m * parameters.out.strides.y + n * parameters.out.strides.z;
  out[at] = epilogue(sum, vec4u(batch, m, n, 0u));
}
