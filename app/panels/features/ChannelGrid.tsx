import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { ColourMapName } from '../../figure/colourMaps'
import { paintCells } from '../../figure/paint'
import type { ValueRange } from '../../figure/ranges'
import { coloursFor, useViewStore } from '../../figure/viewStore'
import { channelValues, type Shown } from './featureFigures'
import { cellsOf } from './frame'

interface ChannelGridProps {
  readonly shown: Shown
  /** In the order in which they are drawn. */
  readonly channels: readonly number[]
  readonly chosen: number
  readonly rangeOf: (channel: number) => ValueRange
  readonly onChoose: (channel: number) => void
}

/** A thumbnail with its number below, and the gap to the next. */
const pitch = { x: 54, y: 66 }
const side = 48
/** Rows that are drawn beyond those in sight. */
const spare = 2

/** All channels of the first picture as thumbnails, of which only those in sight are drawn. */
export function ChannelGrid({ shown, channels, chosen, rangeOf, onChoose }: ChannelGridProps) {
  const view = useViewStore()
  const colours = coloursFor(view, rangeOf(chosen))
  const container = useRef<HTMLDivElement>(null)
  const sight = useSight(container)
  const columns = Math.max(1, Math.floor((sight.width + pitch.x - side) / pitch.x))
  const rows = Math.ceil(channels.length / columns)
  const first = Math.max(0, Math.floor(sight.top / pitch.y) - spare)
  const last = Math.min(rows, Math.ceil((sight.top + sight.height) / pitch.y) + spare)
  const index = Math.max(0, channels.indexOf(chosen))

  // The chosen one is in sight, also after keys and another order.
  useEffect(() => {
    const element = container.current
    if (!element || sight.height === 0) return
    const top = Math.floor(index / columns) * pitch.y
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + pitch.y > element.scrollTop + sight.height)
      element.scrollTop = top + pitch.y - sight.height
  }, [index, columns, sight.height])

  const onKey = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const page = columns * Math.max(1, Math.floor(sight.height / pitch.y))
    const steps: { readonly [key: string]: number } = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      PageUp: -page,
      PageDown: page,
      Home: -channels.length,
      End: channels.length,
    }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const next = channels[Math.min(channels.length - 1, Math.max(0, index + step))]
    if (next !== undefined) onChoose(next)
  }

  return (
    <div
      ref={container}
      className="channel-grid"
      role="listbox"
      tabIndex={0}
      aria-label={`Channels of ${shown.place.name}`}
      aria-activedescendant={`channel-${chosen}`}
      onKeyDown={onKey}
    >
      <div style={{ height: rows * pitch.y }}>
        {channels.slice(first * columns, last * columns).map((channel, offset) => {
          const at = first * columns + offset
          return (
            <Thumbnail
              key={channel}
              shown={shown}
              channel={channel}
              isChosen={channel === chosen}
              range={rangeOf(channel)}
              colours={colours}
              left={(at % columns) * pitch.x}
              top={Math.floor(at / columns) * pitch.y}
              position={at + 1}
              count={channels.length}
              onChoose={onChoose}
            />
          )
        })}
      </div>
    </div>
  )
}

interface ThumbnailProps {
  readonly shown: Shown
  readonly channel: number
  readonly isChosen: boolean
  readonly range: ValueRange
  readonly colours: ColourMapName
  readonly left: number
  readonly top: number
  readonly position: number
  readonly count: number
  readonly onChoose: (channel: number) => void
}

function Thumbnail(props: ThumbnailProps) {
  const { shown, channel, isChosen, range, colours, left, top, position, count, onChoose } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const { height, width } = shown.frame
  const isDead = shown.answer.summary.zeros[channel] === 1
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const { data } = paintCells(cellsOf(shown.frame, channelValues(shown, 0, channel)), range, colours)
    context.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0)
  }, [shown, channel, range, colours, width, height])
  const scale = side / Math.max(height, width)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the list's
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and says which one is active
    <div
      id={`channel-${channel}`}
      role="option"
      className="channel"
      aria-selected={isChosen}
      aria-posinset={position}
      aria-setsize={count}
      aria-label={`Channel ${channel}${isDead ? ', dead' : ''}`}
      style={{ left, top }}
      onClick={() => onChoose(channel)}
    >
      <span className="channel-map">
        <canvas
          ref={canvas}
          width={width}
          height={height}
          style={{ width: width * scale, height: height * scale }}
        />
      </span>
      <span className="channel-name">
        {channel}
        {isDead && ' dead'}
      </span>
    </div>
  )
}

interface Sight {
  readonly width: number
  readonly height: number
  readonly top: number
}

/** What of a scrolled element is in sight. */
function useSight(container: { readonly current: HTMLElement | null }): Sight {
  const [sight, setSight] = useState<Sight>({ width: 0, height: 0, top: 0 })
  useLayoutEffect(() => {
    const element = container.current
    if (!element) return
    const measure = () => {
      const { clientWidth: width, clientHeight: height, scrollTop: top } = element
      setSight((before) =>
        before.width === width && before.height === height && before.top === top
          ? before
          : { width, height, top },
      )
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [container])
  return sight
}
