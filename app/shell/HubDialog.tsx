import { CloudDownload, Trash2 } from 'lucide-react'
import type { DownloadProgress, KeptFile } from '../../engine/index'
import {
  closeHub,
  forgetKept,
  lookUp,
  lookUpKept,
  openKept,
  startDownload,
  stopDownload,
  writeName,
} from '../engine/hub'
import { useDocumentStore } from '../state/documentStore'
import { type Found, type HubStep, useHubStore } from '../state/hubStore'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { formatBytes, formatPercent } from '../ui/formatNumber'
import { IconButton } from '../ui/IconButton'
import { Select } from '../ui/Select'
import './HubDialog.css'

const icon = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const
const host = 'huggingface.co'

/** Weights from the model hub: asked for by name, with the size before anything is downloaded. */
export function HubDialog() {
  const isOpen = useHubStore((state) => state.isOpen)
  return (
    <Dialog
      isOpen={isOpen}
      onClose={closeHub}
      title="Load weights from a hub"
      description={`timm’s weights at ${host}. Nothing is asked before you press a button, and nothing of yours is sent.`}
      width={520}
    >
      {isOpen && (
        <div className="hub">
          <NameForm />
          <Step />
          <KeptFiles />
        </div>
      )}
    </Dialog>
  )
}

function NameForm() {
  const { name, names, step } = useHubStore()
  const title = useDocumentStore((state) => state.document.name)
  const isBusy = step.kind === 'asking' || step.kind === 'downloading'
  return (
    <form
      className="hub-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy) lookUp()
      }}
    >
      <label htmlFor="hub-name">timm’s name</label>
      <input
        id="hub-name"
        className="hub-field mono"
        value={name}
        placeholder="vit_small_patch8_224.dino"
        spellCheck={false}
        autoComplete="off"
        disabled={isBusy}
        onChange={(event) => writeName(event.target.value)}
      />
      <Button
        type="submit"
        look={step.kind === 'idle' ? 'filled' : 'outlined'}
        disabled={isBusy || name.trim() === ''}
      >
        Look up
      </Button>
      {names.length > 1 && !isBusy && (
        <>
          <span aria-hidden="true">Trained as</span>
          <Select
            label={`Weights of ${title}, as timm names them`}
            value={name}
            options={[
              ...names.map((value) => ({ value, label: value.slice(value.indexOf('.') + 1) })),
              ...(names.includes(name) ? [] : [{ value: name, label: 'as written above' }]),
            ]}
            onChange={writeName}
          />
        </>
      )}
    </form>
  )
}

function Step() {
  const step = useHubStore((state) => state.step)
  const kept = useHubStore((state) => state.kept)
  switch (step.kind) {
    case 'idle':
      return null
    case 'asking':
      return (
        <div className="hub-buttons" role="status">
          <span className="muted">Asking {host}</span>
          <Button onClick={stopDownload}>Cancel</Button>
        </div>
      )
    case 'found':
      return (
        <>
          <Facts found={step.found} />
          <DownloadButton found={step.found} kept={kept} />
        </>
      )
    case 'downloading':
      return (
        <>
          <Facts found={step.found} />
          <Progress progress={step.progress} />
        </>
      )
    case 'failed':
      return <Failure step={step} />
    default:
      return step satisfies never
  }
}

function Facts({ found: { file, page } }: { readonly found: Found }) {
  return (
    <dl className="hub-facts">
      <dt>Size</dt>
      <dd>{formatBytes(file.bytes)}</dd>
      <dt>Licence</dt>
      <dd>{file.licence ?? 'not stated'}</dd>
      <dt>From</dt>
      <dd>
        <a className="ellipsis" href={page} target="_blank" rel="noreferrer">
          {host}/timm/{file.name}
        </a>
      </dd>
      {file.changed && (
        <>
          <dt>Changed</dt>
          <dd>{file.changed}</dd>
        </>
      )}
      <dt>SHA-256</dt>
      <dd className="mono ellipsis" title={file.sha256}>
        {file.sha256}
      </dd>
    </dl>
  )
}

function DownloadButton({
  found: { file },
  kept,
}: {
  readonly found: Found
  readonly kept: readonly KeptFile[]
}) {
  const known = kept.find(({ sha256 }) => sha256 === file.sha256)
  const missing = file.bytes - (known?.here ?? 0)
  return (
    <div className="hub-buttons">
      {known?.isWhole ? (
        <span className="muted">It is on this device already.</span>
      ) : (
        known &&
        known.here > 0 && (
          <span className="muted">{formatPercent(known.here / file.bytes)} is on this device already.</span>
        )
      )}
      <Button
        look="filled"
        icon={known?.isWhole ? undefined : <CloudDownload {...icon} />}
        onClick={startDownload}
      >
        {known?.isWhole ? 'Load' : `Download ${formatBytes(missing)}`}
      </Button>
    </div>
  )
}

function Progress({ progress }: { readonly progress: DownloadProgress | null }) {
  const { phase = 'arriving', done = 0, total = 1, bytesPerSecond = null } = progress ?? {}
  const words = progress ? progressWords({ phase, done, total, bytesPerSecond }) : 'Connecting'
  return (
    <div className="hub-progress">
      <div
        className="hub-meter"
        role="progressbar"
        aria-label="Downloaded"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor((100 * done) / total)}
        aria-valuetext={words}
      >
        <span style={{ width: `${(100 * done) / total}%` }} />
      </div>
      <div className="hub-buttons">
        <span className="muted">{words}</span>
        <Button onClick={stopDownload}>Cancel</Button>
      </div>
    </div>
  )
}

function progressWords({ phase, done, total, bytesPerSecond }: DownloadProgress): string {
  const share = `${formatBytes(done)} of ${formatBytes(total)}`
  if (phase === 'checking') return `Checking what is here: ${share}`
  if (bytesPerSecond === null || bytesPerSecond === 0) return share
  return `${share}, ${formatBytes(bytesPerSecond)}/s, ${timeLeft((total - done) / bytesPerSecond)} left`
}

function timeLeft(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}

function Failure({ step: { message, found } }: { readonly step: Extract<HubStep, { kind: 'failed' }> }) {
  return (
    <>
      <p className="hub-problem" role="alert">
        {message.charAt(0).toUpperCase() + message.slice(1)}
      </p>
      <div className="hub-buttons">
        {found && (
          <>
            <a href={found.page} target="_blank" rel="noreferrer">
              Its files at {host}
            </a>
            <Button onClick={startDownload}>Try again</Button>
          </>
        )}
      </div>
    </>
  )
}

function KeptFiles() {
  const kept = useHubStore((state) => state.kept)
  const step = useHubStore((state) => state.step)
  const busy = step.kind === 'downloading' ? step.found.file.name : null
  if (kept.length === 0) return null
  return (
    <section className="hub-kept" aria-label="Weights kept on this device">
      <h3>
        On this device{' '}
        <span className="muted">{formatBytes(kept.reduce((sum, { here }) => sum + here, 0))}</span>
      </h3>
      <ul>
        {kept.map((file) => (
          <li key={file.name}>
            <span className="ellipsis mono">{file.name}</span>
            <span className="muted">
              {file.isWhole
                ? formatBytes(file.bytes)
                : `${formatPercent(file.here / file.bytes)} of ${formatBytes(file.bytes)}`}
            </span>
            {file.isWhole ? (
              <Button onClick={() => openKept(file)} aria-label={`Load ${file.name}`}>
                Load
              </Button>
            ) : (
              <Button
                onClick={() => lookUpKept(file)}
                disabled={busy !== null}
                aria-label={`Continue ${file.name}`}
              >
                Continue
              </Button>
            )}
            <IconButton
              label={`Delete ${file.name}`}
              disabled={file.name === busy}
              onClick={() => forgetKept(file.name)}
            >
              <Trash2 {...icon} />
            </IconButton>
          </li>
        ))}
      </ul>
      <div className="hub-buttons">
        <Button disabled={busy !== null} onClick={() => forgetKept(null)}>
          Forget all
        </Button>
      </div>
    </section>
  )
}
