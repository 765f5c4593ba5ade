import { useDeferredValue, useLayoutEffect, useRef, useState } from 'react'
import { useAttentionStore } from '../../state/attentionStore'
import { useDocumentStore } from '../../state/documentStore'
import { useSessionStore } from '../../state/sessionStore'
import { Segmented } from '../../ui/Segmented'
import { usualAsked } from './asked'
import { DepthChart } from './DepthChart'
import { HeadGrid } from './HeadGrid'
import { askedPlaces } from './headMaps'
import type { MixerRow } from './mixerRows'

interface SideProps {
  readonly rows: readonly MixerRow[]
  readonly row: MixerRow
}

const nameWidth = 38
const chartWidth = 132

/** Layers and heads, and how far they look over the depth; one at a time where there is no room for both. */
export function Side({ rows, row }: SideProps) {
  const input = useDocumentStore((state) => state.document.input)
  const isMaximised = useSessionStore((state) => state.isDockMaximised)
  const head = useAttentionStore((state) => state.head)
  const direction = useAttentionStore((state) => state.direction)
  const normalisation = useAttentionStore((state) => state.normalisation)
  const held = useAttentionStore((state) => state.first ?? state.hovered)
  const { lookAt } = useAttentionStore.getState()
  const [wanted, setWanted] = useState<'heads' | 'depth'>('heads')
  const side = useRef<HTMLDivElement>(null)
  const width = useWidth(side)

  const heads = Math.max(1, ...rows.map(({ map }) => map?.heads ?? 1))
  const size = thumbnailSize(heads, isMaximised ? width : 0)
  const hasHeads = rows.some(({ map }) => map !== null)
  const hasRoom = isMaximised || width >= nameWidth + heads * size.pitch + chartWidth
  const asked =
    held ?? (row.map ? usualAsked(askedPlaces(row.map, direction).map) : usualAsked({ prefix: 0 }))
  // The large map is drawn first; thumbnails follow when the pointer leaves time for them.
  const deferred = useDeferredValue(asked)
  return (
    <div className="attention-side" ref={side}>
      {hasHeads && !hasRoom && (
        <Segmented
          label="Beside the map"
          value={wanted}
          options={[
            { value: 'heads', label: 'Heads' },
            { value: 'depth', label: 'Depth' },
          ]}
          onChange={setWanted}
        />
      )}
      <div className="attention-side-parts">
        {(hasRoom || wanted === 'heads' || !hasHeads) && (
          <HeadGrid
            rows={rows}
            chosen={row}
            head={head}
            asked={deferred}
            direction={direction}
            normalisation={normalisation}
            picture={input}
            size={size}
            onChoose={(chosen, number) =>
              lookAt({ row: chosen.key, part: null, ...(chosen.map ? { head: number } : {}) })
            }
          />
        )}
        {hasHeads && (hasRoom || wanted === 'depth') && <DepthChart rows={rows} row={row} />}
      </div>
    </div>
  )
}

/** As large as the room lets all heads be; `room` 0 is a low dock, where all layers should be in view. */
function thumbnailSize(heads: number, room: number): { readonly side: number; readonly pitch: number } {
  if (room === 0) return heads > 12 ? { side: 13, pitch: 15 } : { side: 14, pitch: 17 }
  const pitch = Math.min(44, Math.max(15, Math.floor((room - nameWidth - 12) / heads)))
  return { side: pitch - (pitch > 24 ? 4 : 2), pitch }
}

function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (!element.current) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width))
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return width
}
