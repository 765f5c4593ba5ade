/** Every module, in the order of the palette. */
import { activations } from './activation'
import { downsamples } from './downsample'
import { heads } from './head'
import { provide } from './known'
import { merges } from './merge'
import { mixers } from './mixer'
import { mlps } from './mlp'
import type { ModuleDefinition } from './module'
import { norms } from './norm'
import { scales } from './scale'
import { stems } from './stem'
import { tensors } from './tensor'

export const modules: readonly ModuleDefinition[] = [
  ...stems,
  ...mixers,
  ...mlps,
  ...norms,
  ...activations,
  ...downsamples,
  ...scales,
  ...merges,
  ...heads,
  ...tensors,
]

provide(modules)
