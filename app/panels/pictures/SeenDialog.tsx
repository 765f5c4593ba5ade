import { useEffect, useState } from 'react'
import { type EvalSteps, type PictureSize, type Probe, probes } from '../../../engine/index'
import { changeContent } from '../../engine/pictures'
import { useDocumentStore } from '../../state/documentStore'
import {
  currentPicture,
  type KeptPicture,
  type PictureSource,
  usePictureStore,
} from '../../state/pictureStore'
import { presetOf } from '../../state/presetFacts'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Stepper } from '../../ui/Stepper'
import './SeenDialog.css'

interface SeenDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

/** The picture as it came with what is cut out of it, beside the very pixels that the network gets. */
export function SeenDialog({ isOpen, onClose }: SeenDialogProps) {
  const picture = usePictureStore(currentPicture)
  return (
    <Dialog isOpen={isOpen && picture !== null} onClose={onClose} title="What the network sees" width={680}>
      {picture && <Seen picture={picture} onRemoved={onClose} />}
    </Dialog>
  )
}

function Seen({ picture, onRemoved }: { readonly picture: KeptPicture; readonly onRemoved: () => void }) {
  const { seen, content, name } = picture
  const { view } = seen
  const scale = scaleOf(view)
  return (
    <div className="seen">
      <div className="seen-figures">
        {content instanceof Blob && seen.original && seen.steps ? (
          <figure>
            <Original content={content} size={seen.original} steps={seen.steps} name={name} />
            <figcaption className="small muted">The picture, and what is cut out of it</figcaption>
          </figure>
        ) : (
          content instanceof Blob || <ProbeFields id={picture.id} probe={content} />
        )}
        <figure>
          <canvas
            className="seen-input"
            width={view.width}
            height={view.height}
            style={{ width: view.width * scale, height: view.height * scale }}
            role="img"
            aria-label={`${name} as the network gets it, ${view.width} by ${view.height} pixels`}
            ref={(canvas) => canvas?.getContext('2d')?.putImageData(view, 0, 0)}
          />
          <figcaption className="small muted">
            The network's {view.width} × {view.height} pixels{scale === 1 ? '' : `, shown ${shownAs(scale)}`}
          </figcaption>
        </figure>
      </div>
      <Steps picture={picture} />
      <div className="seen-buttons">
        <Button
          onClick={() => {
            onRemoved()
            usePictureStore.getState().remove(picture.id)
          }}
        >
          Remove this picture
        </Button>
      </div>
    </div>
  )
}

const roomSide = 300

/** Whole multiples of a pixel, or the pixels themselves; only what is larger than the room is shrunk. */
const scaleOf = ({ width, height }: PictureSize): number => {
  const fit = roomSide / Math.max(width, height)
  return fit >= 1 ? Math.floor(fit) : fit
}

const shownAs = (scale: number): string =>
  scale > 1 ? `${scale} times as large` : `at ${Math.round(scale * 100)} %`

function Original({
  content,
  size,
  steps: { seen },
  name,
}: {
  readonly content: Blob
  readonly size: PictureSize
  readonly steps: EvalSteps
  readonly name: string
}) {
  const [bitmap, setBitmap] = useState<ImageBitmap | null>(null)
  const scale = Math.min(1, roomSide / Math.max(size.width, size.height))
  const width = Math.max(1, Math.round(size.width * scale))
  const height = Math.max(1, Math.round(size.height * scale))
  useEffect(() => {
    let isWanted = true
    const ratio = window.devicePixelRatio
    void createImageBitmap(content, {
      imageOrientation: 'from-image',
      colorSpaceConversion: 'none',
      resizeWidth: Math.min(size.width, Math.round(width * ratio)),
      resizeHeight: Math.min(size.height, Math.round(height * ratio)),
      resizeQuality: 'high',
    }).then((decoded) => isWanted && setBitmap(decoded))
    return () => {
      isWanted = false
    }
  }, [content, size, width, height])
  // The frame of a crop that is larger than the picture belongs to the drawing.
  const left = Math.min(0, seen.left)
  const top = Math.min(0, seen.top)
  const right = Math.max(size.width, seen.left + seen.width)
  const bottom = Math.max(size.height, seen.top + seen.height)
  return (
    <div
      className="seen-original"
      style={{
        width: (right - left) * scale,
        height: (bottom - top) * scale,
      }}
    >
      <canvas
        style={{ left: -left * scale, top: -top * scale, width, height }}
        ref={(canvas) => {
          if (!canvas || !bitmap) return
          canvas.width = bitmap.width
          canvas.height = bitmap.height
          canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
        }}
      />
      <svg
        viewBox={`${left} ${top} ${right - left} ${bottom - top}`}
        role="img"
        aria-label={`${name}, ${size.width} by ${size.height} pixels; the network gets ${Math.round(seen.width)} by ${Math.round(seen.height)} of them`}
        data-seen={[seen.left, seen.top, seen.width, seen.height].map(Math.round).join(' ')}
      >
        <path
          className="seen-outside"
          fillRule="evenodd"
          d={`M${left} ${top}H${right}V${bottom}H${left}z M${seen.left} ${seen.top}h${seen.width}v${seen.height}h${-seen.width}z`}
        />
        <rect className="seen-halo" x={seen.left} y={seen.top} width={seen.width} height={seen.height} />
        <rect className="seen-crop" x={seen.left} y={seen.top} width={seen.width} height={seen.height} />
      </svg>
    </div>
  )
}

/** The way from the file to the numbers, step by step. */
function Steps({ picture: { name, source, seen } }: { readonly picture: KeptPicture }) {
  const design = useDocumentStore((state) => state.document)
  const preset = presetOf(design)
  const { original, steps, options } = seen
  const { crop, mean, std, width, height } = options
  const rows: (readonly [string, string])[] = []
  if (original && steps) {
    const { resized, left, top } = steps
    rows.push(
      ['Picture', `${name}, ${original.width} × ${original.height} px, ${sourceWords[source]}`],
      [
        'Resize',
        `to ${resized.width} × ${resized.height} px, ${steps.filter} with antialiasing${modeWords[options.mode ?? 'center']}`,
      ],
      [
        'Crop',
        `${width} × ${height} px from column ${left}, row ${top}${left < 0 || top < 0 ? ', with a frame' : ''}`,
      ],
    )
  } else {
    rows.push(['Probe', `${name}, made at ${width} × ${height} px: nothing is resized`])
  }
  rows.push(['Normalise', `0 to 1 minus ${numbers(mean)}, divided by ${numbers(std)}`])
  return (
    <>
      <dl className="seen-steps small">
        {rows.map(([step, words]) => (
          <div key={step}>
            <dt className="muted">{step}</dt>
            <dd data-step={step}>{words}</dd>
          </div>
        ))}
      </dl>
      <p className="small muted" data-step="Source">
        {preset ? `As timm evaluates ${preset.title}` : 'As timm does by default'}
        {original && `, keeping ${percent(crop)} of the side`}
        {preset ? '.' : `. ${design.name} is not a preset, and states no transform of its own.`}
      </p>
    </>
  )
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`
const numbers = (values: readonly number[]): string =>
  values.map((value) => Number(value.toFixed(3))).join(', ')

const sourceWords: { readonly [source in PictureSource]: string } = {
  sample: 'a sample',
  file: 'from a file',
  clipboard: 'pasted',
  camera: 'from the camera',
  probe: 'by formula',
}

const modeWords = {
  center: ', proportions kept',
  squash: ', proportions given up',
  border: ', the longer side fits',
} as const

/** The numbers of a probe's formula; the picture follows at once. */
function ProbeFields({ id, probe }: { readonly id: number; readonly probe: Probe }) {
  const { title, purpose, fields } = probes[probe.kind]
  const values: { readonly [name: string]: string | number } = { ...probe }
  return (
    <div className="seen-probe">
      <h3>{title}</h3>
      <p className="small muted">{purpose}</p>
      {fields.map(({ name, label, min, max, step }) => {
        const value = Number(values[name])
        return (
          <div key={name} className="seen-field small">
            <span>{label}</span>
            <Stepper
              label={label}
              value={value}
              min={min}
              max={max}
              step={step}
              isFractional
              problem={value < min || value > max ? `From ${min} to ${max}.` : null}
              onChange={(next) => {
                const clamped = Math.min(max, Math.max(min, next))
                void changeContent(id, { ...probe, [name]: clamped })
              }}
            />
          </div>
        )
      })}
    </div>
  )
}
