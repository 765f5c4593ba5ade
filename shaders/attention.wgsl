// out = softmax(changed(q k^T * scale)) v, one query row per invocation, the keys one after another: no matrix of scores in memory.
//
// The softmax runs along (Milakov and Gimelshein 2018, arxiv.org/abs/1805.02867): a larger score rescales what was summed.
const WORKGROUP = 16u;
// Vectors of four in a row of q and k, and in one of v.
const DEPTH = 16u;
const DEPTH_V = 16u;

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

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let group = parameters.firstGroup + workgroup.y * workgroups.x + workgroup.x;
  let row = group * WORKGROUP + lane;
  if (group >= parameters.endGroup || row >= parameters.batch * parameters.heads * parameters.queries) { return; }
  let query = row % parameters.queries;
  let head = (row / parameters.queries) % parameters.heads;
  let batch = row / (parameters.queries * parameters.heads);
  let atQ = parameters.q.offset + batch * parameters.q.strides.x + head * parameters.q.strides.y + query * parameters.q.strides.z;
  let atK = parameters.k.offset + batch * parameters.k.strides.x + head * parameters.k.strides.y;
  let atV = parameters.v.offset + batch * parameters.v.strides.x + head * parameters.v.strides.y;

  var own: array<vec4f, DEPTH>;
  for (var d = 0u; d < DEPTH; d++) {
    own[d] = loadQ(atQ, d * 4u) * parameters.scale;
  }
  var sums: array<vec4f, DEPTH_V>;
  var largest = -3.0e38;
  var total = 0.0;
  for (var key = 0u; key < parameters.keys; key++) {
    var products = vec4f();
    for (var d = 0u; d < DEPTH; d++) {
      products = fma(own[d], loadK(atK + key * parameters.k.strides.z, d * 4u), products);
    }
    let score = changed((products.x + products.y) + (products.z + products.w), vec4u(batch, head, query, key));
    let next = max(largest, score);
    let rescale = exp(largest - next);
    let weight = exp(score - next);
    largest = next;
    total = fma(total, rescale, weight);
    for (var d = 0u; d < DEPTH_V; d++) {
      sums[d] = fma(loadV(atV + key * parameters.v.strides.z, d * 4u), vec4f(weight), sums[d] * rescale);
    }
  }
  let at = parameters.out.offset + batch * parameters.out.strides.x + head * parameters.out.strides.y + query * parameters.out.strides.z;
  var results: array<vec4f, DEPTH_V>;
  for (var d = 0u; d < DEPTH_V; d++) {
    results[d] = sums[d] / total;
  }
  for (var d = 0u; d < parameters.depthV; d++) {
    out[at + d * parameters.out.strides.w] = results[d / 4u][d % 4u];
  }
}
