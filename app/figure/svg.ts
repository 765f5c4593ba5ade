/** Shapes as an SVG file: pictures embedded as PNG, lines as vectors, words as text. */
import { encode } from 'fast-png'
import { fontFamily } from './drawShapes'
import { hatchPitch, hatchStrokes } from './hatch'
import type { Raster } from './mapFigure'
import { enlarge } from './paint'
import type { Box, Shape } from './shapes'
import type { Sheet } from './sheet'

/** `inner`: elements of its own, below the shapes. */
export function svgOf({ width, height, title, description, shapes }: Sheet, inner = ''): string {
  const hatches: string[] = []
  const drawn = shapes.map((shape, index) => elementOf(shape, `hatched-${index}`, hatches)).join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(fontFamily)}" role="img">
<title>${escaped(title)}</title>
<desc>${escaped(description)}</desc>
${hatches.length > 0 ? `<defs>\n${hatches.join('\n')}\n</defs>\n` : ''}<rect width="${width}" height="${height}" fill="#ffffff"/>
${inner}${drawn}
</svg>
`
}

function elementOf(shape: Shape, id: string, definitions: string[]): string {
  switch (shape.kind) {
    case 'image': {
      const { isSmooth, raster, clip } = shape
      const sharp = isSmooth ? raster : enlarge(raster, sharpTimes(raster))
      const image = `<image${box(shape)} preserveAspectRatio="none"${isSmooth ? '' : ' style="image-rendering:pixelated"'} href="${pngAddress(sharp)}"/>`
      // A picture in a picture ends at its own edges, in every program.
      return clip ? `<svg${box(clip)} viewBox="${viewBox(clip)}">${image}</svg>` : image
    }
    case 'path': {
      const { d, fill, stroke, lineWidth, dash } = shape
      return `<path d="${d}" fill="${fill ?? 'none'}"${
        stroke === undefined
          ? ''
          : ` stroke="${stroke}" stroke-width="${lineWidth ?? 1}"${dash ? ` stroke-dasharray="${dash.join(' ')}"` : ''}`
      }/>`
    }
    case 'hatch':
      definitions.push(hatchPattern(id))
      return `<g fill="url(#${id})">${shape.boxes.map((each) => `<rect${box(each)}/>`).join('')}</g>`
    case 'text': {
      const { x, y, text, size, isBold, colour, anchor, hasHalo } = shape
      return `<text x="${round(x)}" y="${round(y)}" font-size="${size}"${isBold ? ' font-weight="600"' : ''}${
        anchor === undefined ? '' : ` text-anchor="${anchor}"`
      } fill="${colour}"${
        hasHalo
          ? ' stroke="rgba(0, 0, 0, 0.7)" stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
          : ''
      }>${escaped(text)}</text>`
    }
  }
}

/** The lines of drawShapes: x + y is a multiple of the pitch. */
function hatchPattern(id: string): string {
  const lines = hatchStrokes.map(
    ({ colour, width }) =>
      `<path d="M${-hatchPitch} ${hatchPitch}L${hatchPitch} ${-hatchPitch}M0 ${hatchPitch}L${hatchPitch} 0M0 ${2 * hatchPitch}L${2 * hatchPitch} 0" stroke="${colour}" stroke-width="${width}"/>`,
  )
  return `<pattern id="${id}" width="${hatchPitch}" height="${hatchPitch}" patternUnits="userSpaceOnUse">${lines.join('')}</pattern>`
}

/** Many programs smooth whatever they enlarge; a few hundred pixels of their own keep cells sharp there. */
const sharpTimes = ({ height, width }: Raster): number =>
  Math.max(1, Math.min(32, Math.floor(672 / Math.max(height, width))))

function pngAddress({ height, width, data }: Raster): string {
  const bytes = encode({ height, width, data, channels: 4, depth: 8 })
  let binary = ''
  // String.fromCharCode takes its bytes as arguments, and there is a limit to those.
  for (let at = 0; at < bytes.length; at += 8192)
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return `data:image/png;base64,${btoa(binary)}`
}

const round = (value: number): number => Math.round(100 * value) / 100

const box = ({ x, y, width, height }: Box): string =>
  ` x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`

const viewBox = ({ x, y, width, height }: Box): string => [x, y, width, height].map(round).join(' ')

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
