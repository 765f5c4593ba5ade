// The backward of softmax(changed(q k^T * scale)) v, one row per invocation: the probabilities are computed again from the
// log-sum-exp of each query, so there is no matrix of scores in memory.
//
// By queries: own = q, ownV = the gradient of the result, other = k, otherV = v; the result is the gradient of q.
// By keys: own = k, ownV = v, other = q, otherV = the gradient of the result; the result is the gradient of k, and behind it that
// of v.
const OF_KEYS = false;
const WORKGROUP = 16u;
// Vectors of four in a row of q and k, and in one of v.
const DEPTH = 16u;
const DEPTH_V = 16u;
// Vectors in the second part of the result: those of v by keys; otherwise there is none, and nobody writes the one.
const SUMS_V = 1u;

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

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  let place = group * WORKGROUP + lane;
  if (group >= parameters.endGroup || place >= parameters.batch * parameters.heads * parameters.rows) { return; }
  let row = place % parameters.rows;
  let head = (place / parameters.rows) % parameters.heads;
  let batch = place / (parameters.rows * parameters.heads);
  let atOwn = headOf(parameters.own, batch, head) + row * parameters.own.strides.z;
  let atOwnV = headOf(parameters.ownV, batch, head) + row * parameters.ownV.strides.z;
  let headOther = headOf(parameters.other, batch, head);
  let headOtherV = headOf(parameters.otherV, batch, head);
  let headStatistics = headOf(parameters.statistics, batch, head);

  var mine: array<vec4f, DEPTH>;
  for (var d = 0u; d < DEPTH; d++) {
    mine[d] = loadOwn(atOwn, d * 4u);
  }
  var mineV: array<vec4f, DEPTH_V>;
  for (var d = 0u; d < DEPTH_V; d++) {
    mineV[d] = loadOwnV(atOwnV, d * 4u);
  }
  var sums: array<vec4f, DEPTH>;
  var sumsV: array<vec4f, SUMS_V>;
  for (var i = 0u; i < parameters.others; i++) {
    let at = headOther + i * parameters.other.strides.z;
    let atV = headOtherV + i * parameters.otherV.strides.z;
    var products = vec4f();
    for (var d = 0u; d < DEPTH; d++) {
      products = fma(mine[d], loadOther(at, d * 4u), products);
    }
    var slopes = vec4f();
    for (var d = 0u; d < DEPTH_V; d++) {
      slopes = fma(mineV[d], loadOtherV(atV, d * 4u), slopes);
    }
    let query = select(row, i, OF_KEYS);
    let key = select(i, row, OF_KEYS);
    let atStatistics = headStatistics + query * parameters.statistics.strides.z;
    let score = changed(total(products) * parameters.scale, vec4u(batch, head, query, key));
    let weight = exp(score - statistics[atStatistics]);
    let change = weight * (total(slopes) - statistics[atStatistics + parameters.statistics.strides.w]);
    for (var d = 0u; d < DEPTH; d++) {
      sums[d] = fma(loadOther(at, d * 4u), vec4f(change), sums[d]);
    }
    if (OF_KEYS) {
      for (var d = 0u; d < SUMS_V; d++) {
        sumsV[d] = fma(loadOtherV(atV, d * 4u), vec4f(weight), sumsV[d]);
      }
    }
  }
  let at = headOf(parameters.out, batch, head) + row * parameters.out.strides.z;
  for (var d = 0u; d < DEPTH; d++) {
    store(at, d * 4u, parameters.depth, sums[d] * parameters.scale);
  }
  if (OF_KEYS) {
    let atV = headOf(parameters.outV, batch, head) + row * parameters.outV.strides.z;
    for (var d = 0u; d < SUMS_V; d++) {
      store(atV, d * 4u, parameters.depthV, sumsV[d]);
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
