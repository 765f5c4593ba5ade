import { useEffect, useMemo, useRef, useState } from 'react'
import type { AttentionLayer } from '../../../engine/index'
import type { Cells, Raster } from '../../figure/mapFigure'
import { paintCells } from '../../figure/paint'
import { coloursFor, useViewStore, type ViewSettings } from '../../figure/viewStore'
import type { Asked, Direction, HeadChoice, Normalisation } from '../../state/attentionStore'
import { useRovingFocus } from '../../ui/useRovingFocus'
import { headMap } from './headMaps'
import { matrixOf } from './matrixShown'
import type { MixerRow } from './mixerRows'
import { type MixingThumbnail, useMixingThumbnails } from './mixingThumbnails'
import { normalisedRange } from './normalising'
import { Thumbnails } from './Thumbnails'
import { windowCells } from './windowCells'

interface HeadGridProps {
  readonly rows: readonly MixerRow[]
  readonly chosen: MixerRow
  readonly head: HeadChoice
  readonly asked: Asked | null
  readonly direction: Direction
  readonly normalisation: Normalisation
  readonly picture: { readonly height: number; readonly width: number }
  readonly size: ThumbnailSize
  readonly onChoose: (row: MixerRow, head: number) => void
}

export interface ThumbnailSize {
  readonly side: number
  readonly pitch: number
}

/** Rows kept drawn above and below what is in view. */
const overscan = 3

/** Mixers are rows, heads are columns: what every head reads for the same place. A mixer without heads has one thumbnail. */
export function HeadGrid({ rows, chosen, head, size, onChoose, ...asking }: HeadGridProps) {
  const grid = useRef<HTMLDivElement>(null)
  const roving = useRovingFocus(grid, '.head-grid-cell')
  const { first, last, onScroll } = useVisibleRows(grid, rows.length, size.pitch)
  const view = useViewStore()
  const heads = Math.max(1, ...rows.map(({ map }) => map?.heads ?? 1))

  const chosenIndex = rows.indexOf(chosen)
  useEffect(() => {
    const element = grid.current
    if (!element) return
    const top = chosenIndex * size.pitch
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + size.pitch > element.scrollTop + element.clientHeight)
      element.scrollTop = top + size.pitch - element.clientHeight
  }, [chosenIndex, size.pitch])

  return (
    <section className="head-grid" aria-label="Layers and heads">
      <div className="head-grid-columns label faint" aria-hidden="true">
        {Array.from({ length: heads }, (_, column) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: heads are their numbers
          <span key={column} style={{ width: size.pitch }}>
            {column % 2 === 0 || size.side > 20 ? column : ''}
          </span>
        ))}
      </div>
      <div className="head-grid-rows" ref={grid} onScroll={onScroll} {...roving}>
        <div style={{ height: first * size.pitch }} />
        {rows.slice(first, last).map((row) => (
          <div key={row.key} className="head-grid-row" style={{ height: size.pitch }}>
            <span className="head-grid-name label" data-current={row === chosen || undefined}>
              {row.name}
            </span>
            {row.map ? (
              <HeadCells
                row={row}
                layer={row.map}
                chosen={row === chosen ? head : null}
                size={size}
                view={view}
                onChoose={onChoose}
                {...asking}
              />
            ) : (
              <MixerCell row={row} isChosen={row === chosen} size={size} view={view} onChoose={onChoose} />
            )}
          </div>
        ))}
        <div style={{ height: (rows.length - last) * size.pitch }} />
      </div>
    </section>
  )
}

interface HeadCellsProps {
  readonly row: MixerRow
  readonly layer: AttentionLayer
  readonly chosen: HeadChoice | null
  readonly asked: Asked | null
  readonly direction: Direction
  readonly normalisation: Normalisation
  readonly picture: { readonly height: number; readonly width: number }
  readonly size: ThumbnailSize
  readonly view: ViewSettings
  readonly onChoose: (row: MixerRow, head: number) => void
}

function HeadCells({
  row,
  layer,
  chosen,
  asked,
  direction,
  normalisation,
  picture,
  size,
  view,
  onChoose,
}: HeadCellsProps) {
  const rasters = useMemo(
    () => headRasters(layer, { asked, direction, normalisation, picture, view }),
    [layer, asked, direction, normalisation, picture, view],
  )
  return (
    <div className="head-grid-cells">
      <Thumbnails rasters={rasters} {...size} />
      {rasters.map((_, head) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: heads are their numbers
          key={head}
          type="button"
          className="head-grid-cell"
          data-empty={rasters[head] === null || undefined}
          style={{ left: head * size.pitch, width: size.side, height: size.side }}
          aria-label={`Layer ${row.name}, head ${head}`}
          aria-pressed={chosen === head}
          onClick={() => onChoose(row, head)}
        />
      ))}
    </div>
  )
}

interface RasterQuestion {
  readonly asked: Asked | null
  readonly direction: Direction
  readonly normalisation: Normalisation
  readonly picture: { readonly height: number; readonly width: number }
  readonly view: ViewSettings
}

/** Every head's answer; in a shared range where that was chosen. */
function headRasters(
  layer: AttentionLayer,
  { asked, direction, normalisation, picture, view }: RasterQuestion,
): readonly (Raster | null)[] {
  const heads = Array.from({ length: layer.heads }, (_, head) => head)
  const isMatrix = layer.kind === 'channels'
  if (!asked || !isQuick(layer, isMatrix ? 'readBy' : direction)) return heads.map(() => null)
  const maps = heads.map((head) =>
    isMatrix
      ? { cells: matrixOf(layer, head), window: null }
      : headMap(layer, head, { asked, direction, kept: normalisation.kept }, picture),
  )
  const cells = maps.flatMap((map): Cells[] => (map ? [map.cells] : []))
  return maps.map((map) => {
    if (!map) return null
    // What all layers share is shown by the large map; here a layer's heads are compared.
    const range = normalisedRange(map.cells, normalisation, () => cells)
    return paintCells(windowCells(map.cells, map.window), range, coloursFor(view, range))
  })
}

/** Multiply-adds that a row of thumbnails may take: some milliseconds. */
const mostForThumbnails = 3e7

/** Columns need the sums of all rows, once; of large maps that is too much for a thumbnail. */
function isQuick({ windows, heads, queries, keys, scores }: AttentionLayer, direction: Direction): boolean {
  if (scores.kind !== 'products') return scores.kind === 'probabilities'
  const rows = direction === 'reads' ? 1 : windows * queries
  return rows * keys * heads * scores.width <= mostForThumbnails
}

interface MixerCellProps {
  readonly row: MixerRow
  readonly isChosen: boolean
  readonly size: ThumbnailSize
  readonly view: ViewSettings
  readonly onChoose: (row: MixerRow, head: number) => void
}

/** The last mixing map that was asked for here; before that an empty place that asks for it. */
function MixerCell({ row, isChosen, size, view, onChoose }: MixerCellProps) {
  const thumbnail = useMixingThumbnails((state) => state.byPath.get(row.path) ?? null)
  const rasters = useMemo(() => [thumbnail && mixingRaster(thumbnail, view)], [thumbnail, view])
  return (
    <div className="head-grid-cells">
      <Thumbnails rasters={rasters} {...size} />
      <button
        type="button"
        className="head-grid-cell"
        data-empty={thumbnail === null || undefined}
        style={{ left: 0, width: size.side, height: size.side }}
        aria-label={`Layer ${row.name}, ${row.title}: mixing map`}
        aria-pressed={isChosen}
        onClick={() => onChoose(row, 0)}
      />
      <span className="head-grid-title label faint" style={{ left: size.pitch }}>
        {row.title}
      </span>
    </div>
  )
}

const mixingRaster = ({ cells, range }: MixingThumbnail, view: ViewSettings): Raster =>
  paintCells(cells, range, coloursFor(view, range))

/** Which rows of a scrolled list are in view. */
function useVisibleRows(list: { readonly current: HTMLElement | null }, count: number, pitch: number) {
  const [span, setSpan] = useState({ top: 0, height: 0 })
  const measure = () => {
    const element = list.current
    if (element)
      setSpan((before) =>
        before.top === element.scrollTop && before.height === element.clientHeight
          ? before
          : { top: element.scrollTop, height: element.clientHeight },
      )
  }
  useEffect(() => {
    const element = list.current
    if (!element) return
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  })
  return {
    first: Math.max(0, Math.floor(span.top / pitch) - overscan),
    last: Math.min(count, Math.ceil((span.top + span.height) / pitch) + overscan),
    onScroll: measure,
  }
}
