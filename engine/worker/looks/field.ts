import { contributions } from '../../analysis/fieldMass'
import { stopIf } from '../../gpu/cancel'
import { pictureFor } from '../picture'
import type { FieldAnswer, FieldQuestion } from '../questions'
import { fieldPlan, placeOf } from './fieldPlan'
import type { Answering, LookContext } from './look'

/** The effective receptive field of one place: the mean over the pictures, told after each. */
export const field: Answering<'field'> = async (question, context) => {
  context.progress('planning', 0, 1)
  return await meanField(question, context, context.tell)
}

/** `tell` hears the means so far, but for the last. */
export async function meanField<K extends 'field' | 'fieldGrowth'>(
  question: FieldQuestion,
  context: LookContext<K>,
  tell?: (sofar: FieldAnswer) => void,
): Promise<FieldAnswer> {
  const { path, place, rule, isRandom } = question
  const { subject, isCancelled } = context
  const made = context.kept('plan', `${path} ${rule}`, () =>
    fieldPlan(subject.document, question, context.plan),
  )
  const loaded = await context.load(made.plan, made.graph, isRandom)
  const { height, width } = subject.document.input
  const pictures = subject.pictures.length > 0 ? subject.pictures : [null]
  const sum = new Float64Array(height * width)
  const mean = (count: number) => ({
    map: { height, width, values: Float32Array.from(sum, (value) => value / count) },
    pictures: count,
  })
  for (const [index, picture] of pictures.entries()) {
    stopIf(isCancelled)
    if (tell) context.progress('running', index, pictures.length)
    const inputs = new Map([...pictureFor(made, picture, 1), placeOf(made, place)])
    const [gradient = new Float32Array()] = await loaded.run(inputs, isCancelled)
    contributions(gradient, height, width, rule === 'positive').values.forEach((value, pixel) => {
      sum[pixel] = (sum[pixel] ?? 0) + value
    })
    if (index + 1 < pictures.length) tell?.(mean(index + 1))
  }
  return mean(pictures.length)
}
