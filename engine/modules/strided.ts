/** Mixers of convolutional networks, which may also halve the map. */
import type { Value } from '../graph/graph'
import type { ModuleBuilder } from '../nn/moduleBuilder'
import { averagePool } from '../nn/pool'
import { int } from '../schema/schema'
import { isMap, onMap, rankError } from './layout'

export const halvingField = () =>
  int({
    label: 'Stride',
    help: '2 halves height and width, for the first block of a stage.',
    default: 1,
    min: 1,
    max: 2,
  })

/** As onMap; where the mixer strides, tokens would lose their places. */
export function onStridedMap(
  b: ModuleBuilder,
  who: string,
  x: Value,
  stride: number,
  body: (map: Value) => Value,
): Value {
  if (stride === 1) return onMap(b, who, x, body)
  if (!isMap(x)) throw rankError(`${who} with a stride`, 'a map (height×width×channels)', x.shape)
  return body(x)
}

/** Means of stride × stride; the map itself when there is nothing to shrink. */
export const shrunk = (b: ModuleBuilder, map: Value, stride: number): Value =>
  stride === 1 ? map : averagePool(b, map, { kernel: stride, stride, padding: 0, countIncludePad: true })
