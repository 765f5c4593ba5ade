/** What DINO's own script computes, recorded (engine/golden/dino.json), and what it computed it from. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { goldenTensors } from '../../weights/testing/checkpoint'
import { readPicture } from '../picture'
import { fullCase } from './goldenFiles'

const root = join(import.meta.dirname, '../../..')

interface Written {
  readonly crop: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly threshold: number
  readonly heads: readonly number[]
  readonly rows: readonly string[]
  readonly masks: readonly string[]
  readonly positions: readonly (readonly [index: number, value: number])[]
}

export interface DinoRecord extends Pick<Written, 'crop' | 'threshold' | 'heads' | 'positions'> {
  /** Per recorded head, what the class token reads of each patch. */
  readonly rows: readonly Float32Array[]
  /** Per recorded head, 1 for the patches that together hold the share `threshold` of what it reads of all patches. */
  readonly masks: readonly Uint8Array[]
  /** [height, width, 3], normalised. */
  readonly picture: Float32Array
}

export function dinoRecords(): readonly DinoRecord[] {
  const { records } = JSON.parse(readFileSync(join(root, 'engine/golden/dino.json'), 'utf8'))
  return (records as readonly Written[]).map((record) => {
    const rows = record.rows.map(floatsOf)
    return {
      ...record,
      rows,
      masks: record.masks.map((text, head) => bitsOf(text, rows[head]?.length ?? 0)),
      picture: cut(record.crop),
    }
  })
}

/** The weights under the names that DINO's training script gives them in a checkpoint of the teacher. */
export const dinoTensors = () =>
  goldenTensors(fullCase('vit_small_patch8_224')).map((tensor) => ({
    ...tensor,
    name: `teacher.module.backbone.${tensor.name}`,
  }))

function floatsOf(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i))
}

function bitsOf(text: string, count: number): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  return Uint8Array.from({ length: count }, (_, i) => ((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1)
}

const mean = [0.485, 0.456, 0.406]
const deviation = [0.229, 0.224, 0.225]

function cut({ x, y, width, height }: Written['crop']): Float32Array {
  const whole = readPicture(join(root, 'public/pictures/astronaut.png'))
  return Float32Array.from({ length: height * width * 3 }, (_, i) => {
    const channel = i % 3
    const column = x + (Math.floor(i / 3) % width)
    const row = y + Math.floor(i / 3 / width)
    const value = whole.data[4 * (row * whole.width + column) + channel] ?? 0
    return (value / 255 - (mean[channel] ?? 0)) / (deviation[channel] ?? 1)
  })
}
