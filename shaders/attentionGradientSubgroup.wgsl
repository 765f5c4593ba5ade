// The backward of softmax(changed(q k^T * scale)) v for ROWS rows of one head per subgroup, a tile of the others after another,
// without barriers. The probabilities are computed again from the log-sum-exp of each query.
//
// For the scores the lanes lie side by side along the others, for the sums along the depth; rows and weights are handed from
// lane to lane.
//
// By queries: own = q, ownV = the gradient of the result, other = k, otherV = v; the result is the gradient of q.
// By keys: own = k, ownV = v, other = q, otherV = the gradient of the result; the result is the gradient of k, and behind it that
// of v.
enable subgroups;

const OF_KEYS = false;
const SUBGROUP = 8u;
const ROWS = 16u;
// Others per lane in one tile.
const SLOTS = 2u;
// Vectors of four of a row of q and k per lane, and of one of v in the second part of the result; by queries there is none, and
// nobody writes the one.
const VECTORS = 2u;
const VECTORS_V = 1u;

const ROW_LANES = min(SUBGROUP, ROWS);
const ROWS_PER_LANE = ROWS / ROW_LANES;
const TILE = SUBGROUP * SLOTS;

struct View { strides: vec4u, offset: u32 }
struct Fused { none: vec4u }
struct Parameters {
  firstGroup: u32, endGroup: u32, batch: u32, heads: u32,
  rows: u32, others: u32, depth: u32, depthV: u32,
  own: View, ownV: View, other: View, otherV: View, statistics: View, out: View, outV: View,
  scale: f32,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> own: array<vec4f>;
@group(0) @binding(1) var<storage, read> ownV: array<vec4f>;
@group(0) @binding(2) var<storage, read> other: array<vec4f>;
@group(0) @binding(3) var<storage, read> otherV: array<vec4f>;
// Of each query: the log-sum-exp of its scores, and the product of its result with the result's gradient.
@group(0) @binding(4) var<storage, read> statistics: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;

fn loadOwn(at: u32, d: u32) -> vec4f {
  return own[(at + d) / 4u];
}

fn loadOwnV(at: u32, d: u32) -> vec4f {
  return ownV[(at + d) / 4u];
}

fn loadOther(at: u32, d: u32) -> vec4f {
  return other[(at + d) / 4u];
}

fn loadOtherV(at: u32, d: u32) -> vec4f {
  return otherV[(at + d) / 4u];
}

// Biases, masks and decays, for the score of query index.z and key index.w.
fn changed(accumulator: f32, index: vec4u) -> f32 {
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
  let tilesOfRows = (parameters.rows + ROWS - 1u) / ROWS;
  let row0 = (group % tilesOfRows) * ROWS;
  let head = (group / tilesOfRows) % parameters.heads;
  let batch = group / (tilesOfRows * parameters.heads);
  let headOther = headOf(parameters.other, batch, head);
  let headOtherV = headOf(parameters.otherV, batch, head);
  let headStatistics = headOf(parameters.statistics, batch, head);
  let headOut = headOf(parameters.out, batch, head);
  let headOutV = headOf(parameters.outV, batch, head);

  var atOwn: array<u32, ROWS_PER_LANE>;
  var atOwnV: array<u32, ROWS_PER_LANE>;
  for (var i = 0u; i < ROWS_PER_LANE; i++) {
    let row = min(row0 + i * ROW_LANES + lane % ROW_LANES, parameters.rows - 1u);
    atOwn[i] = headOf(parameters.own, batch, head) + row * parameters.own.strides.z;
    atOwnV[i] = headOf(parameters.ownV, batch, head) + row * parameters.ownV.strides.z;
  }
  var sums: array<array<vec4f, VECTORS>, ROWS>;
  var sumsV: array<array<vec4f, VECTORS_V>, ROWS>;

  for (var first = 0u; first < parameters.others; first += TILE) {
    var atOther: array<u32, SLOTS>;
    var atOtherV: array<u32, SLOTS>;
    for (var s = 0u; s < SLOTS; s++) {
      let other = min(first + s * SUBGROUP + lane, parameters.others - 1u);
      atOther[s] = headOther + other * parameters.other.strides.z;
      atOtherV[s] = headOtherV + other * parameters.otherV.strides.z;
    }
    var products: array<array<f32, SLOTS>, ROWS>;
    for (var d = 0u; d < parameters.depth; d += 4u) {
      var mine: array<vec4f, ROWS_PER_LANE>;
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        mine[i] = loadOwn(atOwn[i], d);
      }
      var columns: array<vec4f, SLOTS>;
      for (var s = 0u; s < SLOTS; s++) {
        columns[s] = loadOther(atOther[s], d);
      }
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        for (var l = 0u; l < ROW_LANES; l++) {
          let x = subgroupShuffle(mine[i], l);
          for (var s = 0u; s < SLOTS; s++) {
            products[i * ROW_LANES + l][s] = fma(x.w, columns[s].w, fma(x.z, columns[s].z, fma(x.y, columns[s].y, fma(x.x, columns[s].x, products[i * ROW_LANES + l][s]))));
          }
        }
      }
    }
    var slopes: array<array<f32, SLOTS>, ROWS>;
    for (var d = 0u; d < parameters.depthV; d += 4u) {
      var mine: array<vec4f, ROWS_PER_LANE>;
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        mine[i] = loadOwnV(atOwnV[i], d);
      }
      var columns: array<vec4f, SLOTS>;
      for (var s = 0u; s < SLOTS; s++) {
        columns[s] = loadOtherV(atOtherV[s], d);
      }
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        for (var l = 0u; l < ROW_LANES; l++) {
          let x = subgroupShuffle(mine[i], l);
          for (var s = 0u; s < SLOTS; s++) {
            slopes[i * ROW_LANES + l][s] = fma(x.w, columns[s].w, fma(x.z, columns[s].z, fma(x.y, columns[s].y, fma(x.x, columns[s].x, slopes[i * ROW_LANES + l][s]))));
          }
        }
      }
    }

    // Probabilities, and the gradients of the scores.
    var weights: array<array<f32, SLOTS>, ROWS>;
    var changes: array<array<f32, SLOTS>, ROWS>;
    for (var i = 0u; i < ROWS; i++) {
      for (var s = 0u; s < SLOTS; s++) {
        let own = min(row0 + i, parameters.rows - 1u);
        let other = min(first + s * SUBGROUP + lane, parameters.others - 1u);
        let query = select(own, other, OF_KEYS);
        let key = select(other, own, OF_KEYS);
        let atStatistics = headStatistics + query * parameters.statistics.strides.z;
        let score = changed(products[i][s] * parameters.scale, vec4u(batch, head, query, key));
        let isInside = first + s * SUBGROUP + lane < parameters.others;
        weights[i][s] = select(0.0, exp(score - statistics[atStatistics]), isInside);
        changes[i][s] = weights[i][s] * (slopes[i][s] - statistics[atStatistics + parameters.statistics.strides.w]);
      }
    }

    let lanesLeft = min(SUBGROUP, parameters.others - first);
    for (var l = 0u; l < lanesLeft; l++) {
      for (var s = 0u; s < SLOTS; s++) {
        let other = min(first + s * SUBGROUP + l, parameters.others - 1u);
        let at = headOther + other * parameters.other.strides.z;
        var values: array<vec4f, VECTORS>;
        for (var c = 0u; c < VECTORS; c++) {
          values[c] = loadOther(at, min((c * SUBGROUP + lane) * 4u, parameters.depth - 1u));
        }
        for (var i = 0u; i < ROWS; i++) {
          let change = subgroupShuffle(changes[i][s], l);
          for (var c = 0u; c < VECTORS; c++) {
            sums[i][c] = fma(vec4f(change), values[c], sums[i][c]);
          }
        }
      }
    }
    if (OF_KEYS) {
      for (var l = 0u; l < lanesLeft; l++) {
        for (var s = 0u; s < SLOTS; s++) {
          let other = min(first + s * SUBGROUP + l, parameters.others - 1u);
          let at = headOtherV + other * parameters.otherV.strides.z;
          var values: array<vec4f, VECTORS_V>;
          for (var c = 0u; c < VECTORS_V; c++) {
            values[c] = loadOtherV(at, min((c * SUBGROUP + lane) * 4u, parameters.depthV - 1u));
          }
          for (var i = 0u; i < ROWS; i++) {
            let weight = subgroupShuffle(weights[i][s], l);
            for (var c = 0u; c < VECTORS_V; c++) {
              sumsV[i][c] = fma(vec4f(weight), values[c], sumsV[i][c]);
            }
          }
        }
      }
    }
  }

  // Copies with a loop that stays one. Mesa writes loops out that count an index of an array.
  var results: array<array<vec4f, VECTORS>, ROWS>;
  var resultsV: array<array<vec4f, VECTORS_V>, ROWS>;
  for (var i = 0u; i < ROWS; i++) {
    for (var c = 0u; c < VECTORS; c++) {
      results[i][c] = sums[i][c];
    }
    for (var c = 0u; c < VECTORS_V; c++) {
      resultsV[i][c] = sumsV[i][c];
    }
  }
  let endRow = min(row0 + ROWS, parameters.rows);
  for (var row = row0; row < endRow; row++) {
    let at = headOut + row * parameters.out.strides.z;
    for (var c = 0u; c < VECTORS; c++) {
      store(at, (c * SUBGROUP + lane) * 4u, parameters.depth, results[row - row0][c] * parameters.scale);
    }
    if (OF_KEYS) {
      for (var c = 0u; c < VECTORS_V; c++) {
        store(headOutV + row * parameters.outV.strides.z, (c * SUBGROUP + lane) * 4u, parameters.depthV, resultsV[row - row0][c]);
      }
    }
  }
}

fn store(at: u32, d: u32, end: u32, value: vec4f) {
  for (var e = 0u; e < 4u; e++) {
    if (d + e < end) { out[at + (d + e) * parameters.out.strides.w] = value[e]; }
  }
}

fn headOf(view: View, batch: u32, head: u32) -> u32 {
  return view.offset + batch * view.strides.x + head * view.strides.y;
}
