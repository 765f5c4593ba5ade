// out = log of the sum of exp(scores) over the keys, scores = changed(q k^T * scale): what the backward of attention keeps of each
// query. One query per invocation, the keys one after another.
//
// The sum runs along (Milakov and Gimelshein 2018, arxiv.org/abs/1805.02867): a larger score rescales what was summed.
const WORKGROUP = 16u;
// Vectors of four in a row of q and k.
const DEPTH = 16u;

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
  let atQ = headOf(parameters.q, batch, head) + query * parameters.q.strides.z;
  let headK = headOf(parameters.k, batch, head);

  var own: array<vec4f, DEPTH>;
  for (var d = 0u; d < DEPTH; d++) {
    own[d] = loadQ(atQ, d * 4u);
  }
  var largest = -3.0e38;
  var total = 0.0;
  for (var key = 0u; key < parameters.keys; key++) {
    var products = vec4f();
    for (var d = 0u; d < DEPTH; d++) {
      products = fma(own[d], loadK(headK + key * parameters.k.strides.z, d * 4u), products);
    }
    let sum = (products.x + products.y) + (products.z + products.w);
    let score = changed(sum * parameters.scale, vec4u(batch, head, query, key));
    let next = max(largest, score);
    total = fma(total, exp(largest - next), exp(score - next));
    largest = next;
  }
  out[headOf(parameters.out, batch, head) + query * parameters.out.strides.z] = largest + log(total);
}

fn headOf(view: View, batch: u32, head: u32) -> u32 {
  return view.offset + batch * view.strides.x + head * view.strides.y;
}
