import { useEffect, useRef } from 'react'
import { drawShapes } from '../../figure/drawShapes'
import type { Raster } from '../../figure/mapFigure'
import type { Shape } from '../../figure/shapes'

interface ThumbnailsProps {
  /** One after the other; null leaves a place empty. */
  readonly rasters: readonly (Raster | null)[]
  /** CSS pixels of one, and from one to the next. */
  readonly side: number
  readonly pitch: number
}

/** Small maps in a row, on one canvas. */
export function Thumbnails({ rasters, side, pitch }: ThumbnailsProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const width = rasters.length * pitch
  const scale = Math.min(3, window.devicePixelRatio || 1)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    context.setTransform(scale, 0, 0, scale, 0, 0)
    context.clearRect(0, 0, width, side)
    drawShapes(
      context,
      rasters.flatMap((raster, index): Shape[] =>
        raster
          ? [
              {
                kind: 'image',
                x: index * pitch,
                y: 0,
                width: side,
                height: side,
                raster,
                isSmooth: raster.width > side * scale,
              },
            ]
          : [],
      ),
    )
  }, [rasters, side, pitch, width, scale])
  return (
    <canvas
      ref={canvas}
      width={Math.round(width * scale)}
      height={Math.round(side * scale)}
      style={{ width, height: side }}
    />
  )
}
