import { contributions } from '../../analysis/fieldMass'
import { stopIf } from '../../gpu/cancel'
import { pictureFor } from '../picture'
import { fieldPlan, placeOf } from './fieldPlan'
import type { Answering } from './look'

/** The effective receptive field of one place: the mean of |gradient| over the pictures, each told as it comes. */
export const field: Answering<'field'> = async (question, context) => {
  const { path, place, rule, isRandom } = question
  const { subject, device, isCancelled } = context
  context.progress('planning', 0, 1)
  const made = context.kept('plan', `${path} ${rule}`, () =>
    fieldPlan(subject.document, question, { device }),
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
    context.progress('running', index, pictures.length)
    const inputs = new Map([...pictureFor(made, picture, 1), placeOf(made, place)])
    const [gradient = new Float32Array()] = await loaded.run(inputs, isCancelled)
    contributions(gradient, height, width, rule === 'positive').values.forEach((value, pixel) => {
      sum[pixel] = (sum[pixel] ?? 0) + value
    })
    if (index + 1 < pictures.length) context.tell(mean(index + 1))
  }
  return mean(pictures.length)
}
