import { useEffect, useMemo, useRef } from 'react'
import type { AttentionLayer } from '../../../engine/index'
import { colourAt } from '../../figure/colourMaps'
import { layerId, placeOf, readingOf, sameQuery } from './queries'
import { rangeOf, shareOf } from './rowRange'

interface HeadGridProps {
  readonly layers: readonly AttentionLayer[]
  readonly layer: AttentionLayer
  readonly head: number | 'mean'
  readonly query: number
  readonly nameOf: (layer: AttentionLayer) => string
  readonly onChoose: (layer: AttentionLayer, head: number) => void
}

const cell = 14
const pitch = 17

/** Layers are rows, heads are columns: what every head reads for the same place, in thumbnails. */
export function HeadGrid({ layers, layer, head, query, nameOf, onChoose }: HeadGridProps) {
  const heads = Math.max(...layers.map((each) => each.heads))
  return (
    <section className="head-grid" aria-label="Layers and heads">
      <div className="head-grid-columns label faint" aria-hidden="true">
        {Array.from({ length: heads }, (_, column) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: heads are their numbers
          <span key={column}>{column % 2 === 0 ? column : ''}</span>
        ))}
      </div>
      {layers.map((each) => (
        <div key={layerId(each)} className="head-grid-row">
          <span className="head-grid-name label" data-current={each === layer || undefined}>
            {nameOf(each)}
          </span>
          <HeadRow
            layer={each}
            query={sameQuery(layer, query, each)}
            chosen={each === layer ? head : null}
            name={nameOf(each)}
            onChoose={onChoose}
          />
        </div>
      ))}
    </section>
  )
}

interface HeadRowProps {
  readonly layer: AttentionLayer
  readonly query: number
  readonly chosen: number | 'mean' | null
  readonly name: string
  readonly onChoose: (layer: AttentionLayer, head: number) => void
}

function HeadRow({ layer, query, chosen, name, onChoose }: HeadRowProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const thumbnails = useMemo(
    () => Array.from({ length: layer.heads }, (_, head) => thumbnail(layer, head, query)),
    [layer, query],
  )
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    thumbnails.forEach((image, head) => {
      context.putImageData(image, head * pitch, 0)
    })
  }, [thumbnails])
  return (
    <div className="head-grid-cells">
      <canvas ref={canvas} width={layer.heads * pitch} height={cell} />
      {thumbnails.map((_, head) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: heads are their numbers
          key={head}
          type="button"
          className="head-grid-cell"
          tabIndex={chosen === head ? 0 : -1}
          style={{ left: head * pitch }}
          aria-label={`Layer ${name}, head ${head}`}
          aria-pressed={chosen === head}
          onClick={() => onChoose(layer, head)}
        />
      ))}
    </div>
  )
}

/** One head's row as 14 × 14 pixels, nearest. */
function thumbnail(layer: AttentionLayer, head: number, query: number): ImageData {
  const { map: grid } = layer.keyPlaces
  const row = readingOf(layer, head, query).tokens
  const range = rangeOf(row, grid)
  const image = new ImageData(cell, cell)
  for (let y = 0; y < cell; y++) {
    for (let x = 0; x < cell; x++) {
      const column = Math.floor((x * grid.width) / cell)
      const line = Math.floor((y * grid.height) / cell)
      const key = grid.prefix + line * grid.width + column
      const [red, green, blue] = colourAt('viridis', shareOf(placeOf(grid, key) ? (row[key] ?? 0) : 0, range))
      image.data.set([red, green, blue, 255], (y * cell + x) * 4)
    }
  }
  return image
}
