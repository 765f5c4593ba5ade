// out = log of the sum of exp(scores) over the keys, scores = changed(q k^T * scale): what the backward of attention keeps of each
// query. ROWS queries of one head per subgroup, the lanes side by side along
// a tile of keys after another, without barriers.
//
// The sum runs along (Milakov and Gimelshein 2018, arxiv.org/abs/1805.02867): a larger score rescales what was summed.
enable subgroups;

const SUBGROUP = 8u;
const ROWS = 16u;
// Keys per lane in one tile.
const SLOTS = 2u;

const ROW_LANES = min(SUBGROUP, ROWS);
const ROWS_PER_LANE = ROWS / ROW_LANES;
const TILE = SUBGROUP * SLOTS;

struct View { strides: vec4u, offset: u32 }
struct Fused { none: vec4u }
struct Parameters {
  firstGroup: u32, endGroup: u32, batch: u32, heads: u32,
  queries: u32, keys: u32, depth: u32,
  q: View, k: View, out: View,
  scale: f32,
  fused: Fused,
}
@group(1) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> k: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

fn loadQ(at: u32, d: u32) -> vec4f {
  return q[(at + d) / 4u];
}

fn loadK(at: u32, d: u32) -> vec4f {
  return k[(at + d) / 4u];
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
  let headQ = headOf(parameters.q, batch, head);
  let headK = headOf(parameters.k, batch, head);
  let headOut = headOf(parameters.out, batch, head);

  var atQ: array<u32, ROWS_PER_LANE>;
  for (var i = 0u; i < ROWS_PER_LANE; i++) {
    atQ[i] = headQ + min(row0 + i * ROW_LANES + lane % ROW_LANES, parameters.queries - 1u) * parameters.q.strides.z;
  }
  // Of the keys of this lane; the others have theirs.
  var largest: array<f32, ROWS>;
  for (var i = 0u; i < ROWS; i++) {
    largest[i] = -3.0e38;
  }
  var totals: array<f32, ROWS>;

  for (var key0 = 0u; key0 < parameters.keys; key0 += TILE) {
    var atK: array<u32, SLOTS>;
    for (var s = 0u; s < SLOTS; s++) {
      atK[s] = headK + min(key0 + s * SUBGROUP + lane, parameters.keys - 1u) * parameters.k.strides.z;
    }
    var scores: array<array<f32, SLOTS>, ROWS>;
    for (var d = 0u; d < parameters.depth; d += 4u) {
      var mine: array<vec4f, ROWS_PER_LANE>;
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        mine[i] = loadQ(atQ[i], d);
      }
      var columns: array<vec4f, SLOTS>;
      for (var s = 0u; s < SLOTS; s++) {
        columns[s] = loadK(atK[s], d);
      }
      for (var i = 0u; i < ROWS_PER_LANE; i++) {
        for (var l = 0u; l < ROW_LANES; l++) {
          let x = subgroupShuffle(mine[i], l);
          for (var s = 0u; s < SLOTS; s++) {
            scores[i * ROW_LANES + l][s] = fma(x.w, columns[s].w, fma(x.z, columns[s].z, fma(x.y, columns[s].y, fma(x.x, columns[s].x, scores[i * ROW_LANES + l][s]))));
          }
        }
      }
    }
    for (var i = 0u; i < ROWS; i++) {
      for (var s = 0u; s < SLOTS; s++) {
        let key = key0 + s * SUBGROUP + lane;
        let place = vec4u(batch, head, min(row0 + i, parameters.queries - 1u), min(key, parameters.keys - 1u));
        let score = changed(scores[i][s] * parameters.scale, place);
        let isInside = key < parameters.keys;
        let next = max(largest[i], select(-3.0e38, score, isInside));
        totals[i] = fma(totals[i], exp(largest[i] - next), select(0.0, exp(score - next), isInside));
        largest[i] = next;
      }
    }
  }

  // Copies with a loop that stays one. Mesa writes loops out that count an index of an array.
  var tops: array<f32, ROWS>;
  var parts: array<f32, ROWS>;
  for (var i = 0u; i < ROWS; i++) {
    tops[i] = largest[i];
    parts[i] = totals[i];
  }
  let endRow = min(row0 + ROWS, parameters.queries);
  for (var row = row0; row < endRow; row++) {
    let top = subgroupMax(tops[row - row0]);
    let sum = subgroupAdd(parts[row - row0] * exp(tops[row - row0] - top));
    if (lane == 0u) { out[headOut + row * parameters.out.strides.z] = top + log(sum); }
  }
}

fn headOf(view: View, batch: u32, head: u32) -> u32 {
  return view.offset + batch * view.strides.x + head * view.strides.y;
}
