import { Copy, FileJson, ShieldCheck } from 'lucide-react'
import { useMemo, useState } from 'react'
import { encodeLink } from '../../engine/exchange'
import { run } from '../commands'
import { copyLinkNow } from '../commands/files'
import { SkeletonPicture } from '../glyphs/Vertebrae'
import { addressWith } from '../state/address'
import { useDocumentStore } from '../state/documentStore'
import { figuresOf } from '../state/figures'
import { useSessionStore } from '../state/sessionStore'
import { skeletonOf } from '../state/skeleton'
import { Button } from '../ui/Button'
import { Checkbox } from '../ui/Checkbox'
import { Dialog } from '../ui/Dialog'
import { formatCount, formatInteger } from '../ui/formatNumber'
import './ShareDialog.css'

const icon = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const

/** What chats and trackers take: 2,000 characters go through everywhere, 4,000 through some. */
const safeLength = 2000
const someLength = 4000

export function ShareDialog() {
  const isOpen = useSessionStore((state) => state.dialog === 'share')
  return (
    <Dialog
      isOpen={isOpen}
      onClose={() => useSessionStore.getState().openDialog(null)}
      title="Share this design"
    >
      {isOpen && <ShareForm />}
    </Dialog>
  )
}

function ShareForm() {
  const document = useDocumentStore((state) => state.document)
  const [hasPositions, setPositions] = useState(true)
  const links = useMemo(
    () => ({
      full: addressWith(encodeLink(document)),
      bare: addressWith(encodeLink(document, { positions: false })),
    }),
    [document],
  )
  const link = hasPositions ? links.full : links.bare
  const figures = figuresOf(document)
  return (
    <>
      <figure className="share-preview">
        <SkeletonPicture stages={skeletonOf(document)} width={418} height={96} />
        <figcaption>
          <b className="ellipsis">{document.name}</b>
          <span>{formatCount(figures.params)} params</span>
          <span>{formatCount(figures.macs)} MACs</span>
          <span>
            {document.input.height} × {document.input.width}
          </span>
        </figcaption>
      </figure>
      <div className="share-link">
        <input
          className="share-field mono"
          aria-label="Link to this design"
          readOnly
          value={link}
          onFocus={(event) => event.target.select()}
        />
        <Button
          look="filled"
          icon={<Copy {...icon} />}
          onClick={() => void copyLinkNow({ positions: hasPositions })}
        >
          Copy link
        </Button>
      </div>
      <LengthMeter length={link.length} />
      {links.full.length !== links.bare.length && (
        <Checkbox
          checked={hasPositions}
          onChange={setPositions}
          note={`+${links.full.length - links.bare.length}`}
        >
          Node positions
        </Checkbox>
      )}
      <p className="share-note">
        <ShieldCheck {...icon} />
        The picture, weights and latency stay on this device.
      </p>
      <div className="share-more">
        <Button icon={<FileJson {...icon} />} onClick={() => run('saveFile')}>
          File
        </Button>
      </div>
    </>
  )
}

function LengthMeter({ length }: { readonly length: number }) {
  const state = length <= safeLength ? 'safe' : length <= someLength ? 'some' : 'long'
  return (
    <div className="share-length">
      <div className="share-length-words">
        <span className="muted">Link length</span>
        <span>
          <b>{formatInteger(length)}</b> <span className="muted">characters</span>
        </span>
      </div>
      <div className="share-meter" aria-hidden="true" data-state={state}>
        <span
          className="share-meter-fill"
          style={{ width: `${Math.min(100, (length / someLength) * 100)}%` }}
        />
        <span className="share-meter-mark" style={{ left: '50%' }} />
        <span className="share-meter-mark" style={{ left: '100%' }} />
      </div>
      <div className="share-meter-labels">
        <span style={{ left: '50%' }}>{formatInteger(safeLength)} any chat</span>
        <span style={{ left: '100%' }}>{formatInteger(someLength)} some</span>
      </div>
      {state === 'long' && <p className="share-long">Too long for most messages; send the file instead.</p>}
    </div>
  )
}
