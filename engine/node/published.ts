/** What publications print about a model, beside what our preset counts. */
import { z } from 'zod'
import { findPreset, presets } from '../catalogue'
import type { Document } from '../document/types'
import { setInput } from '../index'
import type { Preset } from '../presets'
import { type Figures, figuresOf } from './figures'
import { aliases, knownReasons } from './publishedNotes'

const publishedRow = z.looseObject({
  model: z.string(),
  /** Number of the document that prints the table. */
  seed: z.number(),
  table: z.string(),
  resolution: z.string().optional(),
  /** Sizes instead of figures. */
  channels: z.string().optional(),
  /** `22K/384 ²` */
  data: z.string().optional(),
  /** The detector or segmenter around the model. */
  framework: z.string().optional(),
  params_M: z.number().optional(),
  frozen_params_M: z.number().optional(),
  macs_G: z.number().optional(),
  flops_G: z.number().optional(),
  macs_G_384: z.number().optional(),
})
export type PublishedRow = z.infer<typeof publishedRow>

const publishedFile = z.object({
  about: z.string(),
  known_damage: z.array(z.string()),
  rows: z.array(publishedRow),
})

export const parsePublished = (text: string) => publishedFile.parse(JSON.parse(text))

export interface PublishedTable {
  readonly seed: number
  readonly title: string
  readonly rows: readonly RowReport[]
}

/** A printed row on one size of picture: a row that prints a second size is two. */
export interface RowReport {
  readonly model: string
  /** Side of the picture; null where the source does not say and we have no preset. */
  readonly side: number | null
  readonly preset: string | null
  readonly outcome: 'agrees' | 'differs' | 'unexplained' | 'no figures' | 'no preset'
  readonly figures: readonly Comparison[]
  readonly remarks: readonly string[]
}

type Quantity = 'params' | 'frozen' | 'macs'

export interface Comparison {
  readonly quantity: Quantity
  /** As printed, and ours rounded to as many digits. */
  readonly printed: string
  readonly ours: string | null
  /** Why they differ; absent where they agree or we have none. */
  readonly reason?: string
}

export function compareTables(rows: readonly PublishedRow[]): PublishedTable[] {
  const tables = new Map<string, PublishedRow[]>()
  for (const row of rows) {
    const key = `${row.seed} ${row.table}`
    tables.set(key, [...(tables.get(key) ?? []), row])
  }
  return [...tables.values()].map((members) => {
    const digits = digitsOf(members)
    const { seed = 0, table: title = '' } = members[0] ?? {}
    return { seed, title, rows: members.flatMap((row) => reportRows(row, digits)) }
  })
}

type Digits = Readonly<Record<Quantity, number>>

/** Columns are printed with as many digits as their longest number has: the data has lost the zeros at the end. */
export function digitsOf(rows: readonly PublishedRow[]): Digits {
  const longest = (values: (row: PublishedRow) => (number | undefined)[]) =>
    Math.max(0, ...rows.flatMap(values).map((value) => String(value ?? '').split('.')[1]?.length ?? 0))
  return {
    params: longest((row) => [row.params_M]),
    frozen: longest((row) => [row.frozen_params_M]),
    macs: longest((row) => [row.macs_G, row.flops_G, row.macs_G_384]),
  }
}

function reportRows(row: PublishedRow, digits: Digits): RowReport[] {
  const printed = { params: row.params_M, frozen: row.frozen_params_M, macs: row.macs_G ?? row.flops_G }
  const side = sideOf(row)
  if (row.channels !== undefined) return [sizesOnly(row, side)]
  const first = reportRow(row, side, printed, digits)
  // The second size has no column of parameters: they stand in the first line.
  return row.macs_G_384 === undefined
    ? [first]
    : [first, reportRow(row, 384, { macs: row.macs_G_384 }, digits)]
}

type Printed = Partial<Record<Quantity, number | undefined>>

function reportRow(row: PublishedRow, side: number | null, printed: Printed, digits: Digits): RowReport {
  const design = row.framework === undefined ? designOf(row, side) : null
  const counted = design && countOf(design)
  const ours = typeof counted === 'string' ? null : counted
  const figures: Comparison[] = []
  for (const quantity of ['params', 'frozen', 'macs'] as const) {
    const value = printed[quantity]
    if (value === undefined) continue
    const known = ours ? knownOf(row, side, quantity, ours) : []
    figures.push(compare(quantity, value, digits[quantity], ours, known))
  }
  const facts = {
    model: row.model,
    side: side ?? design?.document.input.height ?? null,
    preset: design?.preset.id ?? null,
    figures,
  }
  if (!ours) {
    const complaint = typeof counted === 'string' ? counted : undefined
    return { ...facts, outcome: 'no preset', remarks: [noPreset(row, complaint)] }
  }
  if (figures.length === 0)
    return { ...facts, outcome: 'no figures', remarks: ['prints neither parameters nor MACs'] }
  return { ...facts, ...verdict(figures) }
}

function verdict(figures: readonly Comparison[]): Pick<RowReport, 'outcome' | 'remarks'> {
  const differing = figures.filter(({ printed, ours }) => printed !== ours)
  if (differing.length === 0) return { outcome: 'agrees', remarks: [] }
  const isExplained = differing.every(({ reason }) => reason !== undefined)
  const remarks = differing.map(
    ({ quantity, reason }) => `${words[quantity]}: ${reason ?? 'no reason known'}`,
  )
  return { outcome: isExplained ? 'differs' : 'unexplained', remarks }
}

const sizesOnly = ({ model }: PublishedRow, side: number | null): RowReport => ({
  model,
  side,
  preset: null,
  outcome: 'no figures',
  figures: [],
  remarks: ['prints sizes of presets; the figures that follow from them are in Tables III and V'],
})

const counts = new Map<string, Figures | string>()

/** Counted once per preset and size, for tables repeat them; a sentence where the design cannot be had in that size. */
function countOf({ preset, document }: Design): Figures | string {
  const key = `${preset.id} ${document.input.height}`
  const known = counts.get(key) ?? count(document)
  counts.set(key, known)
  return known
}

function count(document: Document): Figures | string {
  try {
    return figuresOf(document)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function noPreset({ framework }: PublishedRow, complaint: string | undefined): string {
  if (framework !== undefined) return `no preset yet of ${framework} around it`
  return complaint === undefined ? 'no preset yet' : `no preset yet of this size: ${complaint}`
}

const words = { params: 'params', frozen: 'frozen', macs: 'MACs' } as const

/** Side of the picture, where the row says: `384 ²`, `22K/384 ²`. */
function sideOf({ resolution, data }: PublishedRow): number | null {
  const found = /^\d+/.exec(resolution ?? data?.split('/')[1] ?? '')
  return found ? Number(found[0]) : null
}

interface Design {
  readonly preset: Preset
  readonly document: Document
}

/** The preset of that size, else the model's preset on pictures of that size. */
function designOf({ model }: PublishedRow, side: number | null): Design | null {
  const preset = presetOf(model)
  if (!preset || side === null || preset.document.input.height === side)
    return preset && { preset, document: preset.document }
  const own = presetTitled(`${preset.title} ${side}`)
  if (own) return { preset: own, document: own.document }
  return { preset, document: setInput(preset.document, { height: side, width: side }) }
}

/** Papers mark models with signs and numbers of references, and name the recipe or the method with them. */
export function presetOf(model: string): Preset | null {
  const name = model.replace(/\s*(\[[^\]]*\]|[*‡†]|\(abstract\)|: baseline)$/, '').replace(/^RSB-/, '')
  const known = aliases[name] ?? aliases[name.split(' / ')[1] ?? '']
  return (known === undefined ? presetTitled(name) : findPreset(known)) ?? null
}

const presetTitled = (title: string): Preset | undefined =>
  presets.find((preset) => preset.title.toLowerCase() === title.toLowerCase())

function knownOf(row: PublishedRow, side: number | null, quantity: Quantity, ours: Figures) {
  return knownReasons
    .filter(
      (known) =>
        known.quantity === quantity &&
        known.models.includes(row.model) &&
        (known.table ?? row.table) === row.table &&
        (known.side ?? side) === side,
    )
    .map(({ reason, recount }) => [reason, recount ? recount(ours, side ?? 224) : null] as const)
}

/** Compares one printed number with ours. */
export function compare(
  quantity: Quantity,
  value: number,
  digits: number,
  ours: Figures | null,
  known: readonly (readonly [reason: string, recounted: number | null])[] = [],
): Comparison {
  const printed = value.toFixed(digits)
  if (!ours) return { quantity, printed, ours: null }
  const rounded = amount(quantity, ours).toFixed(digits)
  if (printed === rounded) return { quantity, printed, ours: rounded }
  const reason = reasonOf(known, printed, digits) ?? reasonOf(conventions(quantity, ours), printed, digits)
  return { quantity, printed, ours: rounded, ...(reason === undefined ? {} : { reason }) }
}

const amount = (quantity: Quantity, { params, frozen, macs }: Figures): number =>
  quantity === 'params' ? params / 1e6 : quantity === 'frozen' ? frozen / 1e6 : macs.total / 1e9

/** What a source may count that we do not, or the reverse. */
function conventions(quantity: Quantity, ours: Figures): (readonly [string, number])[] {
  const same = ['', amount(quantity, ours)] as const
  if (quantity === 'params')
    return [same, ['counted without the head', (ours.params - ours.headParams) / 1e6]]
  if (quantity === 'macs' && ours.macs.matmul > 0)
    return [same, ['counted without the products of attention', (ours.macs.total - ours.macs.matmul) / 1e9]]
  return [same]
}

/** The first convention that yields the printed number, rounded before cut off, before rounded up; null yields any. */
function reasonOf(
  candidates: readonly (readonly [reason: string, value: number | null])[],
  printed: string,
  digits: number,
): string | undefined {
  for (const [how, round] of roundings) {
    for (const [what, value] of candidates) {
      if (value === null) return what
      const exact = value.toFixed(digits + 2)
      const shown = Number(exact) === Number(printed) ? '' : ` (${exact})`
      if (round(value, digits) === printed)
        return [what, how].filter((words) => words !== '').join(', ') + shown
    }
  }
  return undefined
}

const roundings: readonly (readonly [how: string, round: (value: number, digits: number) => string])[] = [
  ['', (value, digits) => value.toFixed(digits)],
  [
    'cut off, not rounded',
    (value, digits) => (Math.floor(value * 10 ** digits) / 10 ** digits).toFixed(digits),
  ],
  [
    'rounded up, or by a counter that adds a little',
    (value, digits) => (Math.ceil(value * 10 ** digits) / 10 ** digits).toFixed(digits),
  ],
]
