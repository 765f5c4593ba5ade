import { test } from 'vitest'
import { findPreset } from '../presets'
import { lower } from '../lower/lower'
import { compile } from './compile'
import { printPlan } from './print'
import { plainDevice } from './testing/adapter'
test.each((process.env.P ?? 'vit_tiny_patch16_224').split(','))('%s', (id) => {
  const graph = (lower(findPreset(id)!.document, { batch: Number(process.env.N ?? 1) }) as any).graph
  const plan = compile(graph, { device: plainDevice })
  console.log(printPlan(plan))
  console.log(JSON.stringify(plan.steps[0].spec), JSON.stringify(plan.steps[1].spec), JSON.stringify(plan.steps[2].spec))
})
