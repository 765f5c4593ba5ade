// out = softmax(changed(q k^T * scale)) v for ROWS queries of one head per workgroup, a tile of keys after another in workgroup
// memory: for GPUs.
//
// LANES invocations share a query: each scores every LANES-th key of a tile and sums every LANES-th vector of the result.
// The softmax runs along (Milakov and Gimelshein 2018, arxiv.org/abs/1805.02867): a larger score rescales what was summed
// so far.
const ROWS = 16u;
const LANES = 4u;
// Of a tile.
const KEYS = 16u;
// Vectors of four in a row of q and k, and in one of v.
const DEPTH = 16u;
const DEPTH_V = 16u;

const WORKGROUP = ROWS * LANES;
const KEYS_PER_LANE = KEYS / LANES;
const VECTORS_PER_LANE = (DEPTH_V + LANES - 1u) / LANES;
// One more than needed, so that neighbouring rows begin in other banks.
const PITCH = DEPTH + 1u;
const PITCH_V = DEPTH_V + 1u;

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
var<workgroup> tileQ: array<vec4f, ROWS * PITCH>;
var<workgroup> tileK: array<vec4f, KEYS * PITCH>;
var<workgroup> tileV: array<vec4f, KEYS * PITCH_V>;
var<workgroup> scores: array<f32, ROWS * KEYS>;

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

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) invocation: u32,
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
  let row = invocation / LANES;
  let lane = invocation % LANES;

  for (var at = invocation; at < ROWS * DEPTH; at += WORKGROUP) {
    let query = min(row0 + at / DEPTH, parameters.queries - 1u);
    tileQ[(at / DEPTH) * PITCH + at % DEPTH] = loadQ(headQ + query * parameters.q.strides.z, (at % DEPTH) * 4u) * parameters.scale;
  }
  var sums: array<vec4f, VECTORS_PER_LANE>;
  var largest = -3.0e38;
  var total = 0.0;
  for (var key0 = 0u; key0 < parameters.keys; key0 += KEYS) {
    workgroupBarrier();
    for (var at = invocation; at < KEYS * DEPTH; at += WORKGROUP) {
      let key = min(key0 + at / DEPTH, parameters.keys - 1u);
      tileK[(at / DEPTH) * PITCH + at % DEPTH] = loadK(headK + key * parameters.k.strides.z, (at % DEPTH) * 4u);
    }
    for (var at = invocation; at < KEYS * DEPTH_V; at += WORKGROUP) {
      let key = min(key0 + at / DEPTH_V, parameters.keys - 1u);
      tileV[(at / DEPTH_V) * PITCH_V + at % DEPTH_V] = loadV(headV + key * parameters.v.strides.z, (at % DEPTH_V) * 4u);
    }
    workgroupBarrier();
    var products: array<vec4f, KEYS_PER_LANE>;
    for (var d = 0u; d < DEPTH; d++) {
      let x = tileQ[row * PITCH + d];
      for (var s = 0u; s < KEYS_PER_LANE; s++) {
        products[s] = fma(x, tileK[(s * LANES + lane) * PITCH + d], products[s]);
      }
    }
    for (var s = 0u; s < KEYS_PER_LANE; s++) {
      let key = key0 + s * LANES + lane;
      let place = vec4u(batch, head, min(row0 + row, parameters.queries - 1u), min(key, parameters.keys - 1u));
      let score = changed((products[s].x + products[s].y) + (products[s].z + products[s].w), place);
      scores[row * KEYS + s * LANES + lane] = select(-3.0e38, score, key < parameters.keys);
    }
    workgroupBarrier();
    // Every lane of a row finds the same maximum and the same weights: exponentials are cheaper than a barrier.
    var next = largest;
    for (var key = 0u; key < KEYS; key++) {
      next = max(next, scores[row * KEYS + key]);
    }
    let rescale = exp(largest - next);
    largest = next;
    total *= rescale;
    for (var c = 0u; c < VECTORS_PER_LANE; c++) {
      sums[c] *= rescale;
    }
    for (var key = 0u; key < KEYS; key++) {
      let weight = exp(scores[row * KEYS + key] - next);
      total += weight;
      for (var c = 0u; c < VECTORS_PER_LANE; c++) {
        sums[c] = fma(vec4f(weight), tileV[key * PITCH_V + min(c * LANES + lane, DEPTH_V - 1u)], sums[c]);
      }
    }
  }

  if (row0 + row < parameters.queries) {
    let at = parameters.out.offset + batch * parameters.out.strides.x + head * parameters.out.strides.y
      + (row0 + row) * parameters.out.strides.z;
    for (var c = 0u; c < VECTORS_PER_LANE; c++) {
      store(at, (c * LANES + lane) * 4u, sums[c] / total);
    }
  }
}

fn store(at: u32, d: u32, value: vec4f) {
  for (var e = 0u; e < 4u; e++) {
    if (d + e < parameters.depthV) { out[at + (d + e) * parameters.out.strides.w] = value[e]; }
  }
}
