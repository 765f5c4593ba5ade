/** A golden case: what a reference implementation answered under procedural weights. The format is golden/FORMAT.md. */
import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { z } from 'zod'

const samples = z.array(z.tuple([z.number(), z.number()]))

const recorded = z.object({
  shape: z.array(z.number()),
  layout: z.string().optional(),
  l2: z.number(),
  samples,
})
const stage = recorded.extend({ where: z.string(), class: z.string() })
const traced = stage.extend({ repr: z.string().optional() })
const attention = z.object({
  where: z.string(),
  shape: z.array(z.number()),
  samples,
  row_cls_head0: z.array(z.number()).optional(),
})

/** The gradient of the sum over channels of the features at one place, by the picture. */
const erf = z.object({
  position: z.object({ y: z.number(), x: z.number(), token: z.number().optional() }),
  /** |gradient| summed over channels and 16 × 16 equal cells. */
  grid: z.array(z.array(z.number())),
  l2: z.number(),
})

const goldenCase = z.object({
  case: z.string(),
  reference: z.object({ source: z.string(), call: z.string() }),
  input: z.object({
    shape: z.array(z.number()),
    a: z.number(),
    b: z.number(),
    cells: z.object({ n: z.number(), b: z.number() }).optional(),
  }),
  params: z.number(),
  frozen_params: z.number().default(0),
  macs: z.object({ conv: z.number(), linear: z.number(), matmul: z.number(), total: z.number() }),
  float32_vs_float64: z.object({ logits: z.number(), features: z.number() }).partial().default({}),
  tensors: z.array(z.tuple([z.string(), z.array(z.number()), z.number(), z.number()])),
  aliases: z.array(z.tuple([z.string(), z.string()])).default([]),
  /** Random numbers that the reference draws, taken by this name instead. */
  noise: z.object({ name: z.string() }).optional(),
  /** Tables of the state_dict that a formula gives. */
  constants: z.array(recorded.extend({ name: z.string() })).default([]),
  outputs: z
    .object({
      logits: recorded.optional(),
      features: recorded.optional(),
      features_list: z.array(recorded).default([]),
      stages: z.array(stage).default([]),
      attention: z.array(attention).default([]),
      erf: erf.optional(),
    })
    // Some models give more than logits: boxes, wavelet bands.
    .catchall(z.unknown()),
  trace: z.array(traced).default([]),
})

export type Recorded = z.infer<typeof recorded>
export type RecordedField = z.infer<typeof erf>
export const isRecorded = (value: unknown): value is Recorded => recorded.safeParse(value).success
export type RecordedAttention = z.infer<typeof attention>
export type CaseSize = 'tiny' | 'eps' | 'full'

export interface GoldenCase extends z.infer<typeof goldenCase> {
  readonly size: CaseSize
}

const opCase = z.object({
  op: z.string(),
  what: z.string(),
  inputs: z.record(
    z.string(),
    z.object({ tensor: z.string(), shape: z.array(z.number()), a: z.number(), b: z.number() }),
  ),
  output: z.object({ shape: z.array(z.number()), values: z.array(z.number()) }),
})
export type OpCase = z.infer<typeof opCase>

export type GoldenFile =
  | { readonly kind: 'case'; readonly golden: GoldenCase }
  | { readonly kind: 'ops'; readonly ops: readonly OpCase[] }

/** Throws an error that names the file and what is wrong with it. */
export function readGoldenFile(path: string): GoldenFile {
  const json = readJson(path)
  if (typeof json === 'object' && json !== null && 'ops' in json) {
    return { kind: 'ops', ops: checked(z.object({ ops: z.array(opCase) }), json, path).ops }
  }
  const golden = checked(goldenCase, json, path)
  return { kind: 'case', golden: { ...golden, size: sizeOf(path, golden.trace.length > 0) } }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checked<S extends z.ZodType>(schema: S, json: unknown, path: string): z.output<S> {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Error(`${path} is not a golden case: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
}

/** The folder says it; a file from elsewhere is tiny when it has a trace. */
function sizeOf(path: string, hasTrace: boolean): CaseSize {
  const folder = basename(dirname(path))
  if (folder === 'tiny' || folder === 'eps' || folder === 'full') return folder
  return hasTrace ? 'tiny' : 'full'
}
