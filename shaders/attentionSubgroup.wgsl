// out = softmax(changed(q k^T * scale)) v for ROWS queries of one head per subgroup, a tile of keys after another, without barriers.
//
// For the scores the lanes lie side by side along the keys, for the result along the depth of v; queries and weights are
// handed from lane to lane. The softmax runs along (Milakov and Gimelshein 2018, arxiv.org/abs/1805.02867): a larger score
// rescales what was summed so far.
enable subgroups;

const SUBGROUP = 8u;
const ROWS = 16u;
// Keys per lane in one tile.
const SLOTS = 2u;
// Vectors of four of a row of v per lane.
const VECTORS = 2u;

const ROW_LANES = min(SUBGROUP, ROWS);
const ROWS_PER_LANE = ROWS / ROW_LANES;
const TILE = SUBGROUP * SLOTS;

struct View { strides: vec4u, offset: u32 }
struct Fused { none: vec4u }
struct Parameters {
  firstGroup: u32, endGroup: u32, batch: u32, heads: u32,
  queries: u32, keys: u32, depth: u32, depthV: u32,
  q: View, k: View, v: View, out: View,
  scale: f32,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> k: array<vec4f>;
@group(0) @binding(2) var<storage, read> v: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

fn loadQ(at: u32, d: u32) -> vec4f {
  return q[(at + d) / 4u];
}

fn loadK(at: u32, d: u32) -> vec4f {
  return k[(at + d) / 4u];
}

fn loadV(at: u32, d: u32) -> vec4f {
  return v[(at + d) / 4u];
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
  let tilesOfRows = (parameters.queries + ROWS - 1u) / ROWS;
  let row0 = (group % tilesOfRows) * ROWS;
  let head = (group / tilesOfRows) % parameters.heads;
  let batch = group / (tilesOfRows * parameters.heads);
  let headQ = parameters.q.offset + batch * parameters.q.strides.x + head * parameters.q.strides.y;
  let headK = parameters.k.offset + batch * parameters.k.strides.x + head * parameters.k.strides.y;
  let headV = parameters.v.offset + batch * parameters.v.strides.x + head * parameters.v.strides.y;
  let headOut = parameters.out.offset + batch * parameters.out.strides.x + head * parameters.out.strides.y;

  var queries: array<u32, ROWS_PER_LANE>;
  for (var i = 0u; i < ROWS_PER_LANE; i++) {
    queries[i] = headQ + min(row0 + i * ROW_LANES + lane % ROW_LANES, parameters.queries - 1u) * parameters.q.strides.z;
  }
  var largest: array<f32, ROWS>;
  for (var i = 0u; i < ROWS; i++) {
    largest[i] = -3.0e38;
  }
  // Of the keys of this lane; the others have theirs.
  var totals: array<f32, ROWS>;
  var sums: array<array<vec4f, VECTORS>, ROWS>;

  for (var key0 = 0u; key0 < parameters.keys; key0 += TILE) {
    var keys: array<u32, SLOTS>;
    for (var s = 0u; s < SLOTS; s++) {
      keys[s] = headK + min(key0 + s * SUBGROUP + lane, parameters.keys - 1u) * parameters.k.strides.z;
    }
    var scores: array<array<f32, SLOTS>, ROWS>;
    for (var d = 0u; d < parameters.depth; d += 4u) {
      var own: array<vec4f, ROWS_PER_LANE>;
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        own[i] = loadQ(queries[i], d);
      }
      var columns: array<vec4f, SLOTS>;
      for (var s = 0u; s < SLOTS; s++) {
        columns[s] = loadK(keys[s], d);
      }
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        for (var l = 0u; l < ROW_LANES; l++) {
          let x = subgroupShuffle(own[i], l);
          for (var s = 0u; s < SLOTS; s++) {
            scores[i * ROW_LANES + l][s] = fma(x.w, columns[s].w, fma(x.z, columns[s].z, fma(x.y, columns[s].y, fma(x.x, columns[s].x, scores[i * ROW_LANES + l][s]))));
          }
        }
      }
    }

    var weights: array<array<f32, SLOTS>, ROWS>;
    for (var i = 0u; i < ROWS; i++) {
      var top = -3.0e38;
      for (var s = 0u; s < SLOTS; s++) {
        let key = key0 + s * SUBGROUP + lane;
        let place = vec4u(batch, head, min(row0 + i, parameters.queries - 1u), min(key, parameters.keys - 1u));
        weights[i][s] = select(-3.0e38, changed(scores[i][s] * parameters.scale, place), key < parameters.keys);
        top = max(top, weights[i][s]);
      }
      let next = max(largest[i], subgroupMax(top));
      let rescale = exp(largest[i] - next);
      largest[i] = next;
      totals[i] *= rescale;
      for (var s = 0u; s < SLOTS; s++) {
        weights[i][s] = exp(weights[i][s] - next);
        totals[i] += weights[i][s];
      }
      for (var c = 0u; c < VECTORS; c++) {
        sums[i][c] *= rescale;
      }
    }

    let lanesLeft = min(SUBGROUP, parameters.keys - key0);
    for (var l = 0u; l < lanesLeft; l++) {
      for (var s = 0u; s < SLOTS; s++) {
        let key = headV + min(key0 + s * SUBGROUP + l, parameters.keys - 1u) * parameters.v.strides.z;
        var values: array<vec4f, VECTORS>;
        for (var c = 0u; c < VECTORS; c++) {
          values[c] = loadV(key, min((c * SUBGROUP + lane) * 4u, parameters.depthV - 1u));
        }
        for (var i = 0u; i < ROWS; i++) {
          let weight = subgroupShuffle(weights[i][s], l);
          for (var c = 0u; c < VECTORS; c++) {
            sums[i][c] = fma(vec4f(weight), values[c], sums[i][c]);
          }
        }
      }
    }
  }

  // Copies with a loop that stays one. Mesa writes loops out that count an index of an array.
  var results: array<array<vec4f, VECTORS>, ROWS>;
  var parts: array<f32, ROWS>;
  for (var i = 0u; i < ROWS; i++) {
    parts[i] = totals[i];
    for (var c = 0u; c < VECTORS; c++) {
      results[i][c] = sums[i][c];
    }
  }
  let endRow = min(row0 + ROWS, parameters.queries);
  for (var row = row0; row < endRow; row++) {
    let scale = 1.0 / subgroupAdd(parts[row - row0]);
    for (var c = 0u; c < VECTORS; c++) {
      store(headOut + row * parameters.out.strides.z, (c * SUBGROUP + lane) * 4u, results[row - row0][c] * scale);
    }
  }
}

fn store(at: u32, d: u32, value: vec4f) {
  for (var e = 0u; e < 4u; e++) {
    if (d + e < parameters.depthV) { out[at + (d + e) * parameters.out.strides.w] = value[e]; }
  }
}
