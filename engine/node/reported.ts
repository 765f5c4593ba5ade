/**
 * Accuracy and speed that publications print, by the name they print or by our preset's id. The page and the presets read
 * the result from presets/reported.json; `npx vitest -u` writes it anew when a table or an alias changes.
 */
import type { Published } from '../presets/preset'
import type { PublishedRow } from './published'
import { aliases } from './publishedNotes'

type Reported = Partial<Pick<Published, 'top1' | 'source' | 'throughput'>>

/** Tables of models trained on ImageNet-1k alone, the one that is believed first at the top. */
const tables: readonly (readonly [seeds: readonly number[], table: string, source: string])[] = [
  [[2], 'Table XII', 'MetaFormer Baselines for Vision (Yu et al. 2022), Table XII'],
  [[2], 'Table V', 'MetaFormer Baselines for Vision (Yu et al. 2022), Table V'],
  [[2], 'Table III', 'MetaFormer Baselines for Vision (Yu et al. 2022), Table III'],
  [[0, 1], 'ConvNeXt Table 12: A100 throughput', 'A ConvNet for the 2020s (Liu et al. 2022), Table 12'],
  [[3], 'Swin Table 1', 'Swin Transformer (Liu et al. 2021), Table 1'],
]

export function reportedFigures(rows: readonly PublishedRow[]): Record<string, Reported> {
  const found = new Map<string, Reported>()
  for (const [seeds, table, source] of tables) {
    for (const row of rows) {
      if (row.table !== table || !seeds.includes(row.seed) || /22k|21k/i.test(String(row.pretrain ?? '')))
        continue
      const name = nameOf(row)
      if (name === null) continue
      const before = found.get(name) ?? {}
      const top1 = Number(row.top1 ?? row.top1_in1k)
      const images = Number(row.throughput_img_s)
      const hardware = /^\w+/.exec(String(row.hardware ?? ''))?.[0] ?? ''
      found.set(name, {
        ...(Number.isFinite(top1) ? { top1, source } : {}),
        ...(Number.isFinite(images) ? { throughput: { images, hardware, source } } : {}),
        ...before,
      })
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** `swin-b 384`; a preset's id where its title is another, then of the size that the preset has. */
function nameOf({ model, resolution }: PublishedRow): string | null {
  const name = model.replace(/\s*(\[[^\]]*\]|[*‡†])$/, '').replace(/^RSB-/, '')
  const side = Number(/^\d+/.exec(resolution ?? '')?.[0] ?? 224)
  const id = aliases[name]
  if (id !== undefined) return side === 224 || name.startsWith('EffNet') ? id : null
  return side === 224 ? name.toLowerCase() : `${name.toLowerCase()} ${side}`
}
