import { CloudDownload, Dices, HardDriveUpload, Tag } from 'lucide-react'
import type { ClassGuess } from '../../engine/index'
import { run } from '../commands'
import { useDocumentStore } from '../state/documentStore'
import { useHubStore } from '../state/hubStore'
import { useRunStore } from '../state/runStore'
import { useWeightsStore } from '../state/weightsStore'
import { Button } from '../ui/Button'
import { formatInteger, formatPercent } from '../ui/formatNumber'
import { Popover } from '../ui/Popover'
import './WeightsStatus.css'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const

/** Which weights the design runs with. */
export function WeightsStatus() {
  const reading = useWeightsStore((state) => state.reading)
  if (reading !== null) return <span className="status-text">Reading {reading}</span>
  return (
    <>
      <DownloadStatus />
      <WeightsInUse />
    </>
  )
}

/** A download that goes on while its dialog is closed. */
function DownloadStatus() {
  const step = useHubStore((state) => state.step)
  const isOpen = useHubStore((state) => state.isOpen)
  if (isOpen || step.kind !== 'downloading') return null
  const { done = 0 } = step.progress ?? {}
  return (
    <>
      <button type="button" className="status-adapter" onClick={() => run('fetchWeights')}>
        <CloudDownload {...icon} />
        <span className="ellipsis">
          {formatPercent(done / step.found.file.bytes)} of {step.found.file.name}
        </span>
      </button>
      <span className="status-line" />
    </>
  )
}

function WeightsInUse() {
  const loaded = useWeightsStore((state) => state.loaded)
  const counts = useRunStore((state) => state.result?.weights ?? null)
  const known = loaded && counts?.id === loaded.id ? counts : null
  const rest = known ? known.wanted - known.fits : 0
  return (
    <Popover
      label="The weights"
      side="top"
      align="end"
      trigger={
        <button type="button" className="status-adapter" data-part="weights">
          {loaded ? <HardDriveUpload {...icon} /> : <Dices {...icon} />}
          <span className="ellipsis">
            {loaded ? loaded.file.name : 'Random weights'}
            {known && rest > 0 ? `, ${formatInteger(known.fits)} of ${formatInteger(known.wanted)}` : ''}
          </span>
        </button>
      }
    >
      <div className="status-popover">
        <h3>{loaded ? loaded.file.name : 'Random weights'}</h3>
        <p>
          {loaded
            ? known
              ? `${formatInteger(known.fits)} of ${formatInteger(known.wanted)} weights of this design are from the file${
                  rest === 0 ? '.' : `; the other ${formatInteger(rest)} are random.`
                }`
              : 'The design has not run with them yet.'
            : 'They follow from their names by a fixed rule. Maps show structure, not meaning.'}
        </p>
        <p>
          Files in the safetensors format can be dropped anywhere on the page. Nothing of them leaves this
          machine. timm’s own are fetched from a hub when you ask for them.
        </p>
        <div className="weights-status-buttons">
          {loaded && <Button onClick={() => run('dropWeights')}>Back to random weights</Button>}
          <Button onClick={() => run('fetchWeights')}>From a hub</Button>
          <Button onClick={() => run('loadWeights')}>{loaded ? 'Load others' : 'Load weights'}</Button>
        </div>
      </div>
    </Popover>
  )
}

/** What a classifier with real weights says about the picture. */
export function ClassesStatus() {
  const loaded = useWeightsStore((state) => state.loaded)
  const result = useRunStore((state) => state.result)
  const ranDocument = useRunStore((state) => state.ranDocument)
  const picture = useRunStore((state) => state.picture?.name ?? 'the procedural picture')
  const document = useDocumentStore((state) => state.document)
  const [first] = result?.classes ?? []
  const weights = result?.weights
  // With other weights, or before the run after an edit, the answer would be somebody else's.
  if (!first || !result?.classes || !weights || weights.id !== loaded?.id || ranDocument !== document)
    return null
  const rest = weights.wanted - weights.fits
  return (
    <>
      <Popover
        label="The five likeliest classes"
        side="top"
        align="end"
        trigger={
          <button type="button" className="status-adapter" data-part="class">
            <Tag {...icon} />
            <span className="ellipsis">
              {shortName(first)} {formatPercent(first.probability)}
            </span>
          </button>
        }
      >
        <div className="status-popover">
          <h3>The five likeliest of ImageNet’s 1000 classes</h3>
          <table className="classes-table">
            <tbody>
              {result.classes.map((guess) => (
                <tr key={guess.index} data-class={guess.index}>
                  <th scope="row">{guess.label}</th>
                  <td>{formatPercent(guess.probability)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p>
            For {picture}
            {rest > 0 &&
              `, with ${formatInteger(rest)} of ${formatInteger(weights.wanted)} weights random: take it as such`}
            .
          </p>
        </div>
      </Popover>
      <span className="status-line" />
    </>
  )
}

const shortName = ({ label }: ClassGuess): string => label.split(',')[0] ?? label
