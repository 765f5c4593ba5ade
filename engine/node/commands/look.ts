import { type MixingSide, mixingSide } from '../../analysis/mixingSides'
import { gpuPlanner, planOf } from '../../worker/gpuPlanner'
import { mixing } from '../../worker/looks/mixing'
import { sectionOf } from '../../worker/looks/section'
import type { MixingAnswer, MixingQuestion } from '../../worker/questions'
import { type Command, UsageError, type Words } from '../command'
import { openRuntime } from '../gpuRun'
import { adapterOptions, designOptions } from '../options'
import { printJson, printLine, table } from '../print'
import { readSubject, type Subject, subjectOptions, subjectUsage } from '../subject'

export const look: Command = {
  name: 'look',
  usage: `<design> --mixing blocks.5/attn [--through blocks.7] [--place 3,4 | --token 0] [--read-by] [--channel 0] [--without-residual] [--probes 16] [--seed 1] ${subjectUsage} [--adapter NAME]`,
  summary:
    'Who looks at whom: what one place of the output of a module, a block, a stage or (--mixing "") the network reads, or which places read one of its input; exact where the structure allows it, else by random probes.',
  options: {
    ...designOptions,
    ...adapterOptions,
    ...subjectOptions,
    mixing: { type: 'string' },
    through: { type: 'string' },
    place: { type: 'string' },
    token: { type: 'string' },
    'read-by': { type: 'boolean' },
    channel: { type: 'string' },
    'without-residual': { type: 'boolean' },
    probes: { type: 'string' },
    seed: { type: 'string' },
  },
  async run(words) {
    const { isJson, text, count, flag } = words
    const path = text('mixing')
    if (path === undefined) throw new UsageError('look takes --mixing with the path of what to look at')
    const question = {
      path,
      through: text('through') ?? null,
      direction: flag('read-by') ? 'readBy' : 'reads',
      probes: count('probes') ?? 16,
      seed: index(words, 'seed') ?? 1,
      channel: index(words, 'channel'),
      withoutResidual: flag('without-residual'),
    } as const
    const asked = placeOf(words)
    const subject = await readSubject('look', words)
    const { input, output } = sectionOf(subject.document, path, question.through)
    const { shape, grid } = flag('read-by') ? input : output
    const place = asked?.(mixingSide(shape, grid)) ?? null
    const { adapter, answer } = await answered(subject, { ...question, place }, text('adapter'))
    const { name, image, weights } = subject
    const about = { name, image, weights, on: adapter, ...question }
    if (isJson) printJson({ ...about, ...numbers(answer) })
    else printLine(textOf(answer, about))
    return 0
  },
}

/** One of the side's own tokens, or a cell of its map. */
function placeOf(words: Words): ((side: MixingSide) => number) | null {
  const place = words.text('place')
  const token = index(words, 'token')
  if (place !== undefined && token !== null) throw new UsageError('look takes --place or --token, not both')
  if (token !== null) {
    return ({ prefix }) => {
      if (token < prefix) return token
      throw new Error(`--token ${token}: the map has ${prefix} before it, counted from 0`)
    }
  }
  if (place === undefined) return null
  const [row = Number.NaN, column = Number.NaN, ...more] = place.split(',').map(Number)
  if (![row, column].every((at) => Number.isInteger(at) && at >= 0) || more.length > 0)
    throw new UsageError(`--place takes a row and a column counted from 0, as 3,4, not ${place}`)
  return ({ prefix, height, width }) => {
    if (row < height && column < width) return prefix + row * width + column
    throw new Error(`--place ${place}: the map has ${height} rows and ${width} columns`)
  }
}

/** A whole number from 0 on. */
function index({ text }: Words, option: string): number | null {
  const said = text(option)
  if (said === undefined) return null
  if (/^\d+$/.test(said)) return Number(said)
  throw new UsageError(`--${option} takes a whole number from 0 on, not ${said}`)
}

async function answered(
  { document, pixels, given }: Subject,
  question: MixingQuestion,
  wanted: string | undefined,
) {
  const { session } = await openRuntime(wanted)
  const answer = await mixing(question, {
    subject: { document, pictures: pixels ? [pixels] : [], weights: null },
    plan: gpuPlanner(session.device.traits),
    isCancelled: () => false,
    progress: () => {},
    tell: () => {},
    kept: (_slot, _key, make) => make(),
    load: (planned) => session.load(planOf(planned), { given }),
  })
  return { adapter: session.device.traits.name, answer }
}

const numbers = ({ norms, weights, errors, ...facts }: MixingAnswer) => ({
  ...facts,
  norms: [...norms],
  weights: weights && [...weights],
  errors: errors && [...errors],
})

interface About {
  readonly name: string
  readonly image: string
  readonly weights: string
  readonly on: string
  readonly path: string
  readonly through: string | null
  readonly direction: MixingQuestion['direction']
}

/** The places that count most. */
const shownPlaces = 16

function textOf(answer: MixingAnswer, about: About): string {
  const { norms, weights, errors, asked, shown } = answer
  const [end, other] = about.direction === 'reads' ? ['output', 'input'] : ['input', 'output']
  const verb = about.direction === 'reads' ? 'reads' : 'is read by'
  const all = norms.reduce((sum, norm) => sum + norm ** 2, 0)
  const some = Array.from(norms.keys()).filter((place) => norms[place] !== 0)
  const order = some.sort((a, b) => (norms[b] ?? 0) - (norms[a] ?? 0))
  const rows = order.slice(0, shownPlaces).map((place) => {
    const norm = norms[place] ?? 0
    return [
      placeName(shown, place),
      norm.toPrecision(4),
      ...(errors ? [`± ${(errors[place] ?? 0).toPrecision(2)}`] : []),
      ...(weights ? [(weights[place] ?? 0).toPrecision(4)] : []),
      `${all > 0 ? ((100 * norm ** 2) / all).toFixed(1) : '0.0'} %`,
    ]
  })
  const heads = [other, 'norm', ...(errors ? [''] : []), ...(weights ? ['weight'] : []), 'of the squares']
  const part = about.through ? `${about.path} to ${about.through}` : about.path || 'the network'
  return [
    `${about.name}, ${part}: what ${placeName(asked, answer.place)} of the ${end} ${verb}`,
    `${certainty(answer)}; ${about.image}, weights ${about.weights}, ${about.on}`,
    ...(answer.residual === 'left out' ? ['what goes straight past the branches is left out'] : []),
    ...(answer.note ? [answer.note] : []),
    '',
    table([heads, ...rows]),
    ...(some.length > shownPlaces ? [`and ${some.length - shownPlaces} more`] : []),
    ...(some.length < norms.length ? [`0 at the other ${norms.length - some.length}`] : []),
  ].join('\n')
}

function certainty({ kind, probes, spread }: MixingAnswer): string {
  const count = (what: string) => `${probes} ${what}${probes === 1 ? '' : 's'}`
  if (kind === 'exact') return `exact, from ${count('gradient')}`
  const stated = spread === null ? 'its error is not known' : `± ${(100 * spread).toFixed(1)} %`
  return `an estimate from ${count('random probe')}, ${stated}`
}

function placeName({ prefix, height, width }: MixingSide, place: number): string {
  const cell = place - prefix
  if (cell < 0) return `token ${place}`
  if (cell >= height * width) return `token ${place} behind the map`
  return `row ${Math.floor(cell / width)}, column ${cell % width}`
}
