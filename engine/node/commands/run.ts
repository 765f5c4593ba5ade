import type { Document } from '../../document/types'
import type { GivenWeights } from '../../gpu/contents'
import { type AttentionLayer, headStatistics } from '../../index'
import { lower } from '../../lower/lower'
import { type WeightReport, whatDoesNotFit } from '../../weights/matchWeights'
import { type ClassGuess, topClasses } from '../../weights/topClasses'
import { attentionLayer, attentionPlan, keptNodes } from '../../worker/attentionLayers'
import type { AttentionMap } from '../../worker/attentionMaps'
import { type Command, UsageError } from '../command'
import { openRuntime, prepareRun } from '../gpuRun'
import { adapterOptions, designOptions } from '../options'
import { printJson, printLine, table } from '../print'
import { runOnReference } from '../runOnReference'
import { readSubject, subjectOptions, subjectUsage } from '../subject'

export const run: Command = {
  name: 'run',
  usage: `<design> ${subjectUsage} [--on gpu|reference] [--adapter NAME]`,
  summary:
    'Runs a design on a picture, on a probe (impulse, stripes, checker, grey, gradient) or on the procedural picture: the largest logits, and where each attention layer looks.',
  options: {
    ...designOptions,
    ...adapterOptions,
    ...subjectOptions,
    on: { type: 'string', default: 'gpu' },
  },
  async run(words) {
    const { isJson, text, count } = words
    const on = text('on')
    if (on !== 'gpu' && on !== 'reference') throw new UsageError(`--on takes gpu or reference, not ${on}`)
    const { document, pixels, given, fits, name, image, weights } = await readSubject('run', words)
    const { height, width } = document.input
    const result =
      on === 'gpu'
        ? await onGpu(document, pixels, text('adapter'), given, count('batch') ?? 1)
        : onReference(document, pixels, given)
    const report: Report = {
      name,
      image,
      on: result.on,
      weights,
      ...(fits && { fits }),
      top5: (fits && (await topClasses(result.logits))) ?? largest(result.logits, 5),
      attention: result.attention.map((layer) => summaryOf(layer, { width, height })),
    }
    if (isJson) printJson({ ...report, logits: [...result.logits] })
    else printLine(textOf(report))
    return 0
  },
}

interface Guess extends Partial<Omit<ClassGuess, 'index' | 'value'>> {
  readonly index: number
  readonly value: number
}

interface Report {
  readonly name: string
  readonly image: string
  readonly on: string
  readonly weights: string
  /** Of the file, where there is one. */
  readonly fits?: WeightReport
  readonly top5: readonly Guess[]
  readonly attention: readonly ReturnType<typeof summaryOf>[]
}

interface Result {
  readonly on: string
  /** Of the first picture of the batch. */
  readonly logits: Float32Array
  readonly attention: readonly AttentionLayer[]
}

async function onGpu(
  document: Document,
  picture: Float32Array | null,
  adapter: string | undefined,
  given: GivenWeights | null,
  batch: number,
): Promise<Result> {
  let maps: readonly AttentionMap[] = []
  const runtime = await openRuntime(adapter)
  const { lowered, plan, outputs } = await prepareRun(runtime, document, {
    batch,
    picture,
    given,
    keep(lowered) {
      maps = attentionPlan(lowered, 'all').maps
      return keptNodes(lowered.graph, maps)
    },
  })
  const [logits = new Float32Array(), ...kept] = outputs
  const nodes = keptNodes(lowered.graph, maps)
  const valuesOf = (node: number) => kept[nodes.indexOf(node)] ?? new Float32Array()
  const attention = maps.map((map) => attentionLayer(lowered.graph, map, valuesOf))
  const perPicture = logits.length / (plan.outputs[0]?.shape[0] ?? 1)
  return { on: runtime.session.device.traits.name, logits: logits.subarray(0, perPicture), attention }
}

function onReference(document: Document, picture: Float32Array | null, given: GivenWeights | null): Result {
  const { logits, attention } = runOnReference(lower(document), picture, given?.arrays)
  return { on: 'plain evaluation', logits, attention }
}

function largest(values: Float32Array, count: number): readonly Guess[] {
  return [...values]
    .map((value, index) => ({ index, value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, count)
}

/** Means over heads and queries. */
function summaryOf(layer: AttentionLayer, picture: { readonly width: number; readonly height: number }) {
  const { path, name, kind, windows, heads, queries, keys, scores } = layer
  const figures = scores.kind === 'absent' ? [] : headStatistics(layer, picture)
  const distances = figures.flatMap(({ distance }) => distance ?? [])
  return {
    path: name ? `${path} ${name}` : path,
    kind,
    windows,
    heads,
    queries,
    keys,
    distance: kind === 'tokens' && distances.length > 0 ? mean(distances) : null,
    entropy: figures.length > 0 ? mean(figures.map(({ entropy }) => entropy)) : null,
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function textOf({ name, image, on, weights, fits, top5, attention }: Report): string {
  const logits = top5.map(({ index, value, label = '', probability }) => [
    String(index),
    value.toFixed(4),
    ...(probability === undefined ? [] : [`${(100 * probability).toFixed(1)} %`, label]),
  ])
  const heads = ['class', 'logit', ...(fits ? ['', ''] : [])].slice(0, logits[0]?.length)
  const rows = attention.map((row) => [
    row.path,
    `${row.heads}`,
    row.windows > 1 ? `${row.windows} of ${row.queries}×${row.keys}` : `${row.queries}×${row.keys}`,
    row.distance === null ? 'none' : `${row.distance.toFixed(1)} px`,
    row.entropy === null ? 'not kept' : `${row.entropy.toFixed(2)} nats`,
  ])
  return [
    `${name} on ${image}, ${on} (${noteOf(weights, fits)})`,
    ...(fits ? whatDoesNotFit(fits) : []),
    '',
    table([heads, ...logits]),
    ...(rows.length > 0
      ? ['', table([['attention', 'heads', 'size', 'mean distance', 'entropy'], ...rows])]
      : []),
  ].join('\n')
}

function noteOf(weights: string, fits: WeightReport | undefined): string {
  if (!fits) return 'procedural weights: the numbers mean nothing about the picture'
  const rest = fits.wanted - fits.fits
  return rest === 0 ? weights : `${weights}, ${rest} of ${fits.wanted} weights are procedural`
}
