import { Check, CircleAlert, Cpu, Eye, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import { run } from '../commands'
import { errorsOf, useAnalysis } from '../state/derived'
import { isEdited, useDocumentStore } from '../state/documentStore'
import { type Figures, figuresOf, useDocumentBefore } from '../state/figures'
import { useRunStore, whyNothingRuns } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import type { WidthClass } from '../state/widthClass'
import { Button } from '../ui/Button'
import { Delta } from '../ui/Delta'
import {
  formatBinaryBytes,
  formatBytes,
  formatCount,
  formatDelta,
  formatInteger,
  formatMs,
  formatMsDigits,
} from '../ui/formatNumber'
import { Popover } from '../ui/Popover'
import { Tooltip } from '../ui/Tooltip'
import { runWords } from './runWords'
import { ClassesStatus, WeightsStatus } from './WeightsStatus'
import './StatusBar.css'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const

/** What is always in sight: params, MACs with their counting rule, memory, latency with its spread, adapter, saved. */
export function StatusBar({ width }: { readonly width: WidthClass }) {
  return (
    <footer className="status-bar" data-region="status bar">
      <CountedFigures />
      <Latency isShort={width !== 'wide'} />
      <span className="status-space" />
      <ClassesStatus />
      <WeightsStatus />
      <span className="status-line" />
      <Adapter isShort={width !== 'wide'} />
      <span className="status-line" />
      <Saved isShort={width !== 'wide'} />
    </footer>
  )
}

/** The old value and the difference stay for six seconds, or until the next change. */
const flashMs = 6000

function useFlashes(): boolean {
  const document = useDocumentStore((state) => state.document)
  const hasChanged = useDocumentStore(
    (state) => state.lastChange.label !== '' && state.lastChange.kind !== 'open',
  )
  const [faded, setFaded] = useState<typeof document | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => setFaded(document), flashMs)
    return () => clearTimeout(timer)
  }, [document])
  return hasChanged && faded !== document
}

function CountedFigures() {
  const analysis = useAnalysis()
  const document = useDocumentStore((state) => state.document)
  const preview = useDocumentStore((state) => state.preview)
  const before = useDocumentBefore()
  const isFlashing = useFlashes()
  const problems = errorsOf(analysis).length
  const shown = figuresOf(preview ?? document)
  const compared = preview
    ? figuresOf(document)
    : isFlashing && before && shown.isComplete
      ? figuresOf(before)
      : null
  const state = preview ? 'preview' : 'flash'
  return (
    <>
      {preview && (
        <span className="status-preview">
          <Eye {...icon} />
          Preview
        </span>
      )}
      {problems > 0 && !preview && (
        <Button look="quiet" className="status-problems" onClick={() => run('dock.problems')}>
          <CircleAlert {...icon} />
          {problems} {problems === 1 ? 'problem' : 'problems'}
        </Button>
      )}
      <Figure
        name="params"
        figure="params"
        shown={shown}
        compared={compared}
        state={state}
        format={formatCount}
      />
      <span className="status-line" />
      <Figure
        name="MACs"
        figure="macs"
        shown={shown}
        compared={compared}
        state={state}
        format={formatCount}
      />
      <Convention />
      <span className="status-line" />
      <Figure
        name="peak activations"
        figure="activationBytes"
        shown={shown}
        compared={compared}
        state={state}
        format={formatBytes}
      />
      <span className="status-line" />
    </>
  )
}

interface FigureProps {
  readonly name: string
  readonly figure: 'params' | 'macs' | 'activationBytes'
  readonly shown: Figures
  readonly compared: Figures | null
  readonly state: 'flash' | 'preview'
  readonly format: (value: number) => string
}

function Figure({ name, figure, shown, compared, state, format }: FigureProps) {
  const value = shown[figure]
  const old = compared?.[figure]
  const hasChanged = old !== undefined && (old !== value || state === 'preview')
  const exact = figure === 'activationBytes' ? formatBinaryBytes(value) : formatInteger(value)
  return (
    <Tooltip text={`${exact} ${name}${shown.upTo === null ? '' : `, up to ${shown.upTo}`}`} side="top">
      <button
        type="button"
        className="status-figure"
        aria-label={`${format(value)} ${name}: copy ${exact}`}
        data-figure={figure}
        data-value={value}
        onClick={() => void navigator.clipboard?.writeText(String(value)).catch(() => undefined)}
      >
        <Delta
          // A new flash for each new value.
          key={`${value}`}
          before={hasChanged ? withoutUnit(format(old), format(value)) : null}
          now={format(value)}
          name={name}
          difference={hasChanged ? formatDelta(value - old, format) : null}
          state={hasChanged ? state : 'rest'}
          {...(shown.upTo === null || figure === 'activationBytes' ? {} : { note: `up to ${shown.upTo}` })}
        />
      </button>
    </Tooltip>
  )
}

/** `22.66` before `26.34 M`: the unit is said once when both have it. */
function withoutUnit(old: string, now: string): string {
  const [figure, unit] = old.split('\u2009')
  return unit !== undefined && unit === now.split('\u2009')[1] ? (figure ?? old) : old
}

function Convention() {
  return (
    <Popover
      label="How MACs are counted"
      side="top"
      trigger={
        <button type="button" className="status-convention">
          conv, linear, matmul
        </button>
      }
    >
      <div className="status-popover">
        <h3>How MACs are counted</h3>
        <p>
          One MAC is one multiply and one add. Counted are convolutions, linear layers and products of two
          activations (attention’s two), for one picture. Norms, activations, softmax, pooling and biases are
          not.
        </p>
        <p>
          The “FLOPs” of the ConvNeXt and Swin papers are this number. A FLOP count is twice it, and more.
        </p>
      </div>
    </Popover>
  )
}

function Latency({ isShort }: { readonly isShort: boolean }) {
  const { reason, status, latency, latencyBefore, measuredDocument } = useLatencyState()
  const document = useDocumentStore((state) => state.document)
  const isPreviewing = useDocumentStore((state) => state.preview !== null)
  const isFlashing = useFlashes()
  if (reason !== null) {
    return (
      <span className="status-text">
        {status.kind === 'running'
          ? runWords(status)
          : isPreviewing
            ? 'Not measured'
            : 'Latency not measured: no WebGPU'}
      </span>
    )
  }
  const words = runWords(status)
  if (!latency) return <span className="status-text">{words ?? 'Latency not measured yet'}</span>
  const isStale = measuredDocument !== document
  const before = isFlashing && !isStale ? latencyBefore : null
  const spread = isPreviewing
    ? 'measured after the drop'
    : isStale
      ? (words ?? 'before the edit')
      : isShort || latency.runs === 1
        ? undefined
        : `p10 ${formatMsDigits(latency.p10)}, p90 ${formatMsDigits(latency.p90)}`
  return (
    <span className="status-figure" data-figure="latency" data-value={isStale ? undefined : latency.median}>
      <Delta
        key={latency.median}
        before={before ? withoutUnit(formatMs(before.median), formatMs(latency.median)) : null}
        now={isStale ? `~${formatMs(latency.median)}` : formatMs(latency.median)}
        name=""
        difference={null}
        state={before ? 'flash' : 'rest'}
        {...(spread === undefined ? {} : { note: spread })}
      />
    </span>
  )
}

function useLatencyState() {
  const reason = useRunStore(whyNothingRuns)
  const status = useRunStore((state) => state.status)
  const latency = useRunStore((state) => state.latency)
  const latencyBefore = useRunStore((state) => state.latencyBefore)
  const measuredDocument = useRunStore((state) => state.measuredDocument)
  return { reason, status, latency, latencyBefore, measuredDocument }
}

/** The CPU in place of an adapter. */
function Processor() {
  const device = useRunStore((state) => state.device)
  return (
    <Popover
      label="The processor"
      side="top"
      align="end"
      trigger={
        <button type="button" className="status-adapter">
          <Cpu {...icon} />
          <span className="ellipsis">CPU, WebAssembly</span>
        </button>
      }
    >
      <div className="status-popover">
        <h3>The CPU of this machine</h3>
        <p>
          onnxruntime’s WebAssembly runs the design as an ONNX model: the same numbers as on a GPU within
          10⁻⁴. Latency is from array to array, by the wall clock.
        </p>
        {device?.available && <Button onClick={() => run('runOnGpu')}>Run on {device.name}</Button>}
      </div>
    </Popover>
  )
}

function Adapter({ isShort }: { readonly isShort: boolean }) {
  const device = useRunStore((state) => state.device)
  const latency = useRunStore((state) => state.latency)
  const hasBeenLost = useRunStore((state) => state.hasDeviceBeenLost)
  const processor = useRunStore((state) => state.processor)
  const batch = useSessionStore((state) => state.batch)
  if (hasBeenLost) {
    return (
      <Button look="quiet" className="status-problems" onClick={() => run('restartGpu')}>
        <TriangleAlert {...icon} />
        The GPU stopped. Restart
      </Button>
    )
  }
  if (!device) return <span className="status-text faint">looking for a GPU</span>
  if (processor === 'cpu') return <Processor />
  if (!device.available) {
    return (
      <span className="status-text status-warning">
        <TriangleAlert {...icon} />
        {isShort ? 'No GPU' : 'No GPU here. The rest is exact.'}
      </span>
    )
  }
  const precision = device.hasF16 ? 'f32, f16 possible' : 'f32'
  return (
    <Popover
      label="The adapter"
      side="top"
      align="end"
      trigger={
        <button type="button" className="status-adapter">
          <Cpu {...icon} />
          <span className="ellipsis">
            {device.name}
            {isShort ? '' : ', WebGPU f32'}
          </span>
        </button>
      }
    >
      <div className="status-popover">
        <h3>{device.name}</h3>
        <p>
          WebGPU, {precision},{' '}
          {device.hasTimestamps ? 'GPU timestamps (rounded by the browser)' : 'no GPU timestamps: wall clock'}
          , {device.hasSubgroups ? 'subgroups' : 'no subgroups'}.
        </p>
        {device.isSoftware && (
          <p>
            This is a software adapter: it computes on the CPU. Latency here says little about a GPU; shares
            between layers differ as well. The CPU runs the same design many times faster by itself.
          </p>
        )}
        <Button onClick={() => run('runOnCpu')}>Run on the CPU</Button>
        {latency && (
          <p>
            Latency is the median of {latency.runs} runs at batch {batch}, by{' '}
            {latency.method === 'timestamps' ? 'GPU timestamps' : 'wall clock'}.
          </p>
        )}
      </div>
    </Popover>
  )
}

/** A design that was opened and not edited is where it came from. */
const unsavedWords = {
  edited: 'Saving',
  preset: 'Nothing to save',
  own: 'Nothing to save',
  file: 'As in the file',
  shared: 'As in the link',
} as const

function Saved({ isShort }: { readonly isShort: boolean }) {
  const savedAt = useRunStore((state) => state.savedAt)
  const problem = useRunStore((state) => state.saveProblem)
  const origin = useDocumentStore((state) => (isEdited(state) ? 'edited' : state.origin))
  if (problem !== null) {
    return (
      <span className="status-text status-warning">
        <TriangleAlert {...icon} />
        {isShort ? 'Not saved' : problem}
      </span>
    )
  }
  if (savedAt === null)
    return <span className="status-text">{isShort && origin !== 'edited' ? '' : unsavedWords[origin]}</span>
  return (
    <span className="status-text">
      <Check {...icon} />
      {isShort ? 'Saved' : 'Saved on this device'}
    </span>
  )
}
