/** The columns of the layer table: what they print, sort by and copy. */
import { type LayerRow, printShape } from '../../../engine/index'
import {
  formatBytes,
  formatCount,
  formatExactCount,
  formatMs,
  formatPercent,
  formatShape,
} from '../../ui/formatNumber'

/** A layer with its measured milliseconds, all instances together; null when not measured. */
export interface MeasuredLayer {
  readonly order: number
  readonly layer: LayerRow
  readonly ms: number | null
  readonly isStale: boolean
}

export interface LayerColumn {
  readonly id: string
  readonly title: string
  /** What the number is, for the header's tooltip. */
  readonly help: string
  readonly isNumber: boolean
  value(row: MeasuredLayer): number | string
  print(row: MeasuredLayer): string
  /** Share of the whole for the cell's bar, 0..1. */
  share?(row: MeasuredLayer): number
}

const params = ({ layer }: MeasuredLayer): number => layer.cost.params.trainable + layer.cost.params.frozen

export const layerColumns: readonly LayerColumn[] = [
  {
    id: 'order',
    title: '#',
    help: 'Order of execution',
    isNumber: true,
    value: ({ order }) => order,
    print: ({ order }) => String(order + 1),
  },
  {
    id: 'layer',
    title: 'Layer',
    help: 'Where it lies in the design',
    isNumber: false,
    value: ({ layer }) => layer.path,
    print: ({ layer }) => layer.path.replaceAll('/', '.'),
  },
  {
    id: 'type',
    title: 'Type',
    help: 'The module',
    isNumber: false,
    value: ({ layer }) => layer.title,
    print: ({ layer }) => (layer.instances > 1 ? `${layer.title} ×${layer.instances}` : layer.title),
  },
  {
    id: 'output',
    title: 'Output',
    help: 'Shape without the batch',
    isNumber: true,
    value: ({ layer }) => layer.output.reduce((product, size) => product * size, 1),
    print: ({ layer }) => formatShape(layer.output),
  },
  {
    id: 'params',
    title: 'Params',
    help: 'Trainable and frozen, all instances',
    isNumber: true,
    value: params,
    print: (row) => formatExactCount(params(row)),
  },
  {
    id: 'macs',
    title: 'MACs',
    help: 'Multiply-accumulates of convolutions, linear layers and products, all instances',
    isNumber: true,
    value: ({ layer }) => layer.cost.macs.total,
    print: ({ layer }) => formatCount(layer.cost.macs.total),
    share: ({ layer }) => layer.share,
  },
  {
    id: 'flops',
    title: 'FLOPs',
    help: '2 × MACs and every element-wise operation and reduction',
    isNumber: true,
    value: ({ layer }) => layer.cost.flops,
    print: ({ layer }) => formatCount(layer.cost.flops),
  },
  {
    id: 'activations',
    title: 'Activations',
    help: 'Bytes that it writes, one instance',
    isNumber: true,
    value: ({ layer }) => layer.one.activationBytes,
    print: ({ layer }) => formatBytes(layer.one.activationBytes),
  },
  {
    id: 'latency',
    title: 'Latency',
    help: 'Measured here, all instances; fused kernels count for their main layer',
    isNumber: true,
    value: ({ ms }) => ms ?? -1,
    print: ({ ms, isStale }) => (ms === null ? '–' : `${isStale ? '~' : ''}${formatMs(ms)}`),
  },
]

/** Tab-separated with full precision, for a spreadsheet. */
export function layersAsText(rows: readonly MeasuredLayer[]): string {
  const head = [
    'layer',
    'type',
    'instances',
    'input',
    'output',
    'params',
    'macs',
    'flops',
    'activation_bytes',
    'share',
    'ms',
  ]
  const lines = rows.map((row) => [
    row.layer.path.replaceAll('/', '.'),
    row.layer.module,
    row.layer.instances,
    row.layer.inputs.map((shape) => printShape(shape)).join(' '),
    printShape(row.layer.output),
    params(row),
    row.layer.cost.macs.total,
    row.layer.cost.flops,
    row.layer.one.activationBytes,
    formatPercent(row.layer.share),
    row.ms ?? '',
  ])
  return [head, ...lines].map((line) => line.join('\t')).join('\n')
}
