import { declineWeights, loadOffered, offerWithPositions } from '../engine/weights'
import { useWeightsStore, type WeightsOffer } from '../state/weightsStore'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { formatBytes, formatInteger } from '../ui/formatNumber'
import { Segmented } from '../ui/Segmented'
import './WeightsDialog.css'

/** What a weight file holds for this design, before anything changes. */
export function WeightsDialog() {
  const offer = useWeightsStore((state) => state.offer)
  return (
    <Dialog isOpen={offer !== null} onClose={declineWeights} title="Load weights" width={520}>
      {offer && <Offer offer={offer} />}
    </Dialog>
  )
}

function Offer({ offer: { file, document, report } }: { readonly offer: WeightsOffer }) {
  const { wanted, fits, namesOf, resampled, positions, missing, unexpected, misshapen, ignored, notFinite } =
    report
  const isWhole = fits === wanted
  return (
    <div className="weights">
      <p className="weights-file">
        <b className="ellipsis">{file.name}</b>
        <span className="muted">{formatBytes(file.size)}, read on this machine</span>
      </p>
      <p className="weights-fits">
        {fits === 0 ? (
          `None of its tensors is a weight of ${document.name}.`
        ) : (
          <>
            <b>
              {formatInteger(fits)} of {formatInteger(wanted)}
            </b>{' '}
            weights of {document.name} are in it
            {isWhole ? '.' : '; the others stay random.'}
          </>
        )}
      </p>
      <ul className="weights-notes small muted">
        {namesOf !== 'timm' && <li>Its tensors have the names of {namesOf}, and were renamed.</li>}
        {ignored > 0 && (
          <li>
            {formatInteger(ignored)} {ignored === 1 ? 'buffer or table needs' : 'buffers and tables need'} no
            loading.
          </li>
        )}
      </ul>
      <Names title="Resampled to this picture size" names={resampled} />
      {positions && (
        <div className="weights-positions small">
          <span className="muted">Positions as</span>
          <Segmented
            label="How position embeddings come to this picture size"
            value={positions}
            options={[
              { value: 'timm', label: 'timm does' },
              { value: 'dino', label: 'DINO’s script does' },
            ]}
            onChange={(way) => void offerWithPositions(way)}
          />
        </div>
      )}
      <Names title="Missing in the file" names={missing} isProblem />
      <Names
        title="Of another shape"
        isProblem
        names={misshapen.map(
          ({ name, inFile, wanted: here }) =>
            `${name}: ${inFile.join('×')} in the file, ${here.join('×')} here`,
        )}
      />
      <Names title="Not a number, or infinite" names={notFinite} isProblem />
      <Names title="Not used by the design" names={unexpected} />
      <div className="weights-buttons">
        <Button onClick={declineWeights}>Cancel</Button>
        {fits > 0 && (
          <Button look="filled" onClick={loadOffered}>
            {isWhole ? 'Load' : 'Load what fits'}
          </Button>
        )}
      </div>
    </div>
  )
}

function Names({
  title,
  names,
  isProblem = false,
}: {
  readonly title: string
  readonly names: readonly string[]
  readonly isProblem?: boolean
}) {
  if (names.length === 0) return null
  return (
    <details className="weights-names" data-problem={isProblem || undefined}>
      <summary>
        {title} <span className="muted">{formatInteger(names.length)}</span>
      </summary>
      <ul className="small">
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </details>
  )
}
