/** Values to pixels: the one place where a number becomes a colour. */
import { type ColourMapName, colourTable } from './colourMaps'
import type { Cells, Raster } from './mapFigure'
import { shareOf, type ValueRange } from './ranges'

/** One pixel per cell. `alpha` below 1 lets a picture through, more of it where the value is low; absent cells stay clear. */
export function paintCells(cells: Cells, range: ValueRange, colours: ColourMapName, alpha = 1): Raster {
  const { height, width, values, absent, isColour } = cells
  const data = new Uint8ClampedArray(height * width * 4)
  const table = colourTable(colours)
  const last = table.length / 3 - 1
  for (let cell = 0; cell < height * width; cell++) {
    if (absent?.[cell]) continue
    const at = 4 * cell
    if (isColour) {
      for (let channel = 0; channel < 3; channel++)
        data[at + channel] = 255 * (values[3 * cell + channel] ?? 0)
      data[at + 3] = 255 * alpha
      continue
    }
    const share = shareOf(values[cell] ?? 0, range)
    const step = 3 * Math.round(share * last)
    data[at] = table[step] ?? 0
    data[at + 1] = table[step + 1] ?? 0
    data[at + 2] = table[step + 2] ?? 0
    data[at + 3] = 255 * opacityAt(range.isSigned ? Math.abs(2 * share - 1) : share, alpha)
  }
  return { height, width, data }
}

/** 36 to 84 % for the usual 60 %: what is strong hides the picture, what is weak lets it through. 0 and 1 mean just that. */
const opacityAt = (share: number, alpha: number): number => {
  const least = alpha * alpha
  const most = alpha * (2 - alpha)
  return least + share * (most - least)
}

const greyed = new WeakMap<Raster, Raster>()

/** The picture at a quarter of its colour; made once for each. */
export function greyOf(picture: Raster): Raster {
  let grey = greyed.get(picture)
  if (!grey) {
    const data = new Uint8ClampedArray(picture.data)
    for (let at = 0; at < data.length; at += 4) {
      const red = data[at] ?? 0
      const green = data[at + 1] ?? 0
      const blue = data[at + 2] ?? 0
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue
      data[at] = luma + 0.25 * (red - luma)
      data[at + 1] = luma + 0.25 * (green - luma)
      data[at + 2] = luma + 0.25 * (blue - luma)
    }
    grey = { height: picture.height, width: picture.width, data }
    greyed.set(picture, grey)
  }
  return grey
}

/** Every pixel `times` × `times`: edges stay hard in programs that always smooth. */
export function enlarge({ height, width, data }: Raster, times: number): Raster {
  const source = new Uint32Array(data.buffer, data.byteOffset, height * width)
  const large = new Uint32Array(height * width * times * times)
  for (let y = 0; y < height * times; y++) {
    const from = Math.floor(y / times) * width
    for (let x = 0; x < width * times; x++)
      large[y * width * times + x] = source[from + Math.floor(x / times)] ?? 0
  }
  return { height: height * times, width: width * times, data: new Uint8ClampedArray(large.buffer) }
}
