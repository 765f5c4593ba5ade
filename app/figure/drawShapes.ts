/** Shapes on a canvas: on the page, and for PNG files. */

import { hatchPitch, hatchStrokes } from './hatch'
import type { Raster } from './mapFigure'
import type { Box, Shape } from './shapes'

export type Context2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

export const fontFamily = "'Inter Variable', Inter, system-ui, sans-serif"

export function drawShapes(context: Context2D, shapes: readonly Shape[]): void {
  for (const shape of shapes) drawShape(context, shape)
}

function drawShape(context: Context2D, shape: Shape): void {
  switch (shape.kind) {
    case 'image':
      context.imageSmoothingEnabled = shape.isSmooth
      context.imageSmoothingQuality = 'high'
      context.save()
      if (shape.clip) {
        const { x, y, width, height } = shape.clip
        context.beginPath()
        context.rect(x, y, width, height)
        context.clip()
      }
      context.drawImage(bitmapOf(shape.raster), shape.x, shape.y, shape.width, shape.height)
      context.restore()
      return
    case 'path': {
      const path = new Path2D(shape.d)
      if (shape.fill !== undefined) {
        context.fillStyle = shape.fill
        context.fill(path)
      }
      if (shape.stroke !== undefined) {
        context.strokeStyle = shape.stroke
        context.lineWidth = shape.lineWidth ?? 1
        context.setLineDash([...(shape.dash ?? [])])
        context.stroke(path)
      }
      return
    }
    case 'hatch':
      drawHatch(context, shape.boxes)
      return
    case 'text':
      context.font = `${shape.isBold ? 600 : 400} ${shape.size}px ${fontFamily}`
      context.textAlign = shape.anchor === 'middle' ? 'center' : (shape.anchor ?? 'start')
      if (shape.hasHalo) {
        context.strokeStyle = 'rgba(0, 0, 0, 0.7)'
        context.lineWidth = 3
        context.lineJoin = 'round'
        context.setLineDash([])
        context.strokeText(shape.text, shape.x, shape.y)
      }
      context.fillStyle = shape.colour
      context.fillText(shape.text, shape.x, shape.y)
  }
}

/** Lines of one set over the whole area, seen through the boxes: they run on from box to box. */
function drawHatch(context: Context2D, boxes: readonly Box[]): void {
  const inside = new Path2D()
  for (const { x, y, width, height } of boxes) inside.rect(x, y, width, height)
  const left = Math.min(...boxes.map(({ x }) => x))
  const right = Math.max(...boxes.map(({ x, width }) => x + width))
  const top = Math.min(...boxes.map(({ y }) => y))
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height))
  context.save()
  context.clip(inside)
  context.setLineDash([])
  const lines = new Path2D()
  const first = Math.floor((left + top) / hatchPitch) * hatchPitch
  for (let sum = first; sum < right + bottom; sum += hatchPitch) {
    lines.moveTo(sum - bottom, bottom)
    lines.lineTo(sum - top, top)
  }
  for (const { colour, width } of hatchStrokes) {
    context.strokeStyle = colour
    context.lineWidth = width
    context.stroke(lines)
  }
  context.restore()
}

const bitmaps = new WeakMap<Raster, OffscreenCanvas>()

function bitmapOf(raster: Raster): OffscreenCanvas {
  let bitmap = bitmaps.get(raster)
  if (!bitmap) {
    bitmap = new OffscreenCanvas(raster.width, raster.height)
    const data = new Uint8ClampedArray(raster.data)
    bitmap.getContext('2d')?.putImageData(new ImageData(data, raster.width, raster.height), 0, 0)
    bitmaps.set(raster, bitmap)
  }
  return bitmap
}
