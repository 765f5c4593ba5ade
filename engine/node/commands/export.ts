import { writeFileSync } from 'node:fs'
import { serializeDocument } from '../../document/serialize'
import { exportOnnx } from '../../export/onnx'
import { lower } from '../../lower/lower'
import { proceduralWeights } from '../../weights/procedural'
import { type Command, UsageError } from '../command'
import { openDesign, reportedName } from '../design'
import { weightsPath } from '../hubFiles'
import { designOptions } from '../options'
import { printJson, printLine } from '../print'
import { readWeights } from '../weightsFile'
import { requireWhole } from '../whole'

export const exportDesign: Command = {
  name: 'export',
  usage:
    '<design> --to onnx|json -o FILE [--weights f.safetensors|hub:NAME [--partial]] [--input 224] [--batch 1] [--spell-out CALLS]',
  summary: 'Writes a design for other tools: an ONNX model with its weights, or the document as JSON.',
  options: {
    ...designOptions,
    to: { type: 'string' },
    output: { type: 'string', short: 'o' },
    weights: { type: 'string' },
    partial: { type: 'boolean' },
    'spell-out': { type: 'string' },
  },
  async run({ names, isJson, text, count, flag }) {
    const [name] = names
    const [to, file] = [text('to'), text('output')]
    if (!name || names.length > 1) throw new UsageError('export takes one design')
    if (to !== 'onnx' && to !== 'json') throw new UsageError(`--to takes onnx or json, not ${to}`)
    if (!file) throw new UsageError('export needs -o, the file to write')
    const document = openDesign(name, count('input'))
    const weights = await weightsPath(text('weights'))
    const bytes = to === 'json' ? serializeDocument(document) : onnxOf()
    writeFileSync(file, bytes)
    if (isJson) printJson({ name: reportedName(name, document), file, bytes: bytes.length })
    else printLine(`${file}: ${bytes.length.toLocaleString('en')} bytes`)
    return 0

    function onnxOf(): Uint8Array {
      const lowered = lower(document, { batch: count('batch') ?? 1 })
      const given = weights
        ? readWeights(weights, lowered, { isPartWelcome: flag('partial') }).given.arrays
        : null
      return exportOnnx(lowered.graph, {
        name: name ?? '',
        outputs: new Map([['logits', requireWhole(lowered)]]),
        weights: ({ attrs, shape }) => given?.get(attrs.name) ?? proceduralWeights(attrs.name, shape, attrs),
        spelledOut: new Set(text('spell-out')?.split(',')),
      })
    }
  },
}
