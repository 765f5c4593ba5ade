// The backward of softmax(changed(q k^T * scale)) v for ROWS rows of one head per workgroup, a tile of the others after another
// in workgroup memory: for GPUs. The probabilities are computed again from the log-sum-exp of each query.
//
// LANES invocations share a row: each weighs every LANES-th of the others of a tile and sums every LANES-th vector of the result.
//
// By queries: own = q, ownV = the gradient of the result, other = k, otherV = v; the result is the gradient of q.
// By keys: own = k, ownV = v, other = q, otherV = the gradient of the result; the result is the gradient of k, and behind it that
// of v.
const OF_KEYS = false;
const ROWS = 16u;
const LANES = 4u;
// The others of a tile.
const TILE = 16u;
// Vectors of four in a row of q and k, and in one of v.
const DEPTH = 16u;
const DEPTH_V = 16u;
// Vectors in the second part of the result: those of v by keys; otherwise there is none, and nobody writes the one.
const SUMS_V = 1u;

const WORKGROUP = ROWS * LANES;
const OTHERS_PER_LANE = TILE / LANES;
const VECTORS_PER_LANE = (DEPTH + LANES - 1u) / LANES;
const VECTORS_PER_LANE_V = (SUMS_V + LANES - 1u) / LANES;
// One more than needed, so that neighbouring rows begin in other banks.
const PITCH = DEPTH + 1u;
const PITCH_V = DEPTH_V + 1u;

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

var<workgroup> tileOwn: array<vec4f, ROWS * PITCH>;
var<workgroup> tileOwnV: array<vec4f, ROWS * PITCH_V>;
var<workgroup> tileOther: array<vec4f, TILE * PITCH>;
var<workgroup> tileOtherV: array<vec4f, TILE * PITCH_V>;
// Probabilities, and the gradients of the scores.
var<workgroup> weights: array<f32, ROWS * TILE>;
var<workgroup> changes: array<f32, ROWS * TILE>;

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

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) invocation: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  if (group >= parameters.endGroup) { return; }
  let tilesOfRows = (parameters.rows + ROWS - 1u) / ROWS;
  let row0 = (group % tilesOfRows) * ROWS;
  let head = (group / tilesOfRows) % parameters.heads;
  let batch = group / (tilesOfRows * parameters.heads);
  let headOwn = headOf(parameters.own, batch, head);
  let headOwnV = headOf(parameters.ownV, batch, head);
  let headOther = headOf(parameters.other, batch, head);
  let headOtherV = headOf(parameters.otherV, batch, head);
  let headStatistics = headOf(parameters.statistics, batch, head);
  let row = invocation / LANES;
  let lane = invocation % LANES;

  for (var at = invocation; at < ROWS * DEPTH; at += WORKGROUP) {
    let own = min(row0 + at / DEPTH, parameters.rows - 1u);
    tileOwn[(at / DEPTH) * PITCH + at % DEPTH] = loadOwn(headOwn + own * parameters.own.strides.z, (at % DEPTH) * 4u);
  }
  for (var at = invocation; at < ROWS * DEPTH_V; at += WORKGROUP) {
    let own = min(row0 + at / DEPTH_V, parameters.rows - 1u);
    tileOwnV[(at / DEPTH_V) * PITCH_V + at % DEPTH_V] = loadOwnV(headOwnV + own * parameters.ownV.strides.z, (at % DEPTH_V) * 4u);
  }
  var sums: array<vec4f, VECTORS_PER_LANE>;
  var sumsV: array<vec4f, VECTORS_PER_LANE_V>;
  for (var first = 0u; first < parameters.others; first += TILE) {
    workgroupBarrier();
    for (var at = invocation; at < TILE * DEPTH; at += WORKGROUP) {
      let other = min(first + at / DEPTH, parameters.others - 1u);
      tileOther[(at / DEPTH) * PITCH + at % DEPTH] = loadOther(headOther + other * parameters.other.strides.z, (at % DEPTH) * 4u);
    }
    for (var at = invocation; at < TILE * DEPTH_V; at += WORKGROUP) {
      let other = min(first + at / DEPTH_V, parameters.others - 1u);
      tileOtherV[(at / DEPTH_V) * PITCH_V + at % DEPTH_V] = loadOtherV(headOtherV + other * parameters.otherV.strides.z, (at % DEPTH_V) * 4u);
    }
    workgroupBarrier();
    var products: array<vec4f, OTHERS_PER_LANE>;
    for (var d = 0u; d < DEPTH; d++) {
      let x = tileOwn[row * PITCH + d];
      for (var s = 0u; s < OTHERS_PER_LANE; s++) {
        products[s] = fma(x, tileOther[(s * LANES + lane) * PITCH + d], products[s]);
      }
    }
    var slopes: array<vec4f, OTHERS_PER_LANE>;
    for (var d = 0u; d < DEPTH_V; d++) {
      let x = tileOwnV[row * PITCH_V + d];
      for (var s = 0u; s < OTHERS_PER_LANE; s++) {
        slopes[s] = fma(x, tileOtherV[(s * LANES + lane) * PITCH_V + d], slopes[s]);
      }
    }
    for (var s = 0u; s < OTHERS_PER_LANE; s++) {
      let own = min(row0 + row, parameters.rows - 1u);
      let other = min(first + s * LANES + lane, parameters.others - 1u);
      let query = select(own, other, OF_KEYS);
      let key = select(other, own, OF_KEYS);
      let atStatistics = headStatistics + query * parameters.statistics.strides.z;
      let score = changed(total(products[s]) * parameters.scale, vec4u(batch, head, query, key));
      let isInside = first + s * LANES + lane < parameters.others;
      let weight = select(0.0, exp(score - statistics[atStatistics]), isInside);
      weights[row * TILE + s * LANES + lane] = weight;
      changes[row * TILE + s * LANES + lane] = weight * (total(slopes[s]) - statistics[atStatistics + parameters.statistics.strides.w]);
    }
    workgroupBarrier();
    for (var i = 0u; i < TILE; i++) {
      let change = changes[row * TILE + i];
      for (var c = 0u; c < VECTORS_PER_LANE; c++) {
        sums[c] = fma(vec4f(change), tileOther[i * PITCH + min(c * LANES + lane, DEPTH - 1u)], sums[c]);
      }
      if (OF_KEYS) {
        let weight = weights[row * TILE + i];
        for (var c = 0u; c < VECTORS_PER_LANE_V; c++) {
          sumsV[c] = fma(vec4f(weight), tileOtherV[i * PITCH_V + min(c * LANES + lane, DEPTH_V - 1u)], sumsV[c]);
        }
      }
    }
  }

  if (row0 + row < parameters.rows) {
    let at = headOf(parameters.out, batch, head) + (row0 + row) * parameters.out.strides.z;
    for (var c = 0u; c < VECTORS_PER_LANE; c++) {
      store(at, (c * LANES + lane) * 4u, parameters.depth, sums[c] * parameters.scale);
    }
    if (OF_KEYS) {
      let atV = headOf(parameters.outV, batch, head) + (row0 + row) * parameters.outV.strides.z;
      for (var c = 0u; c < VECTORS_PER_LANE_V; c++) {
        store(atV, (c * LANES + lane) * 4u, parameters.depthV, sumsV[c]);
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

fn total(parts: vec4f) -> f32 {
  return (parts.x + parts.y) + (parts.z + parts.w);
}
