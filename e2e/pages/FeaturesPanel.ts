import { readFile } from 'node:fs/promises'
import { expect, type Locator, type Page } from '@playwright/test'

export type FeatureMode = 'Channels' | 'PCA' | 'Norms' | 'Similarity'

/** The dock's panel of what nodes give. */
export class FeaturesPanel {
  readonly page: Page
  readonly dock: Locator
  readonly depth: Locator
  readonly channels: Locator
  /** The maps on their pictures, from left to right. */
  readonly maps: Locator

  constructor(page: Page) {
    this.page = page
    this.dock = page.getByRole('region', { name: 'Dock' })
    this.depth = this.dock.getByRole('slider', { name: 'Depth' })
    this.channels = this.dock.getByRole('listbox', { name: /^Channels of/ })
    this.maps = this.dock.getByRole('application', { name: /^Features on/ })
  }

  async open(): Promise<this> {
    await this.dock.getByRole('tab', { name: 'Features' }).click()
    await expect(this.depth).toBeVisible()
    return this
  }

  /** The node whose features are shown, once they are there. */
  async expectPlace(name: string): Promise<void> {
    await expect(this.dock.getByRole('heading', { level: 2, name, exact: true })).toBeVisible()
    await expect(this.maps.first()).toBeVisible({ timeout: 150_000 })
    await expect(this.dock.getByText(/^Computing/)).toBeHidden({ timeout: 90_000 })
  }

  async show(mode: FeatureMode): Promise<void> {
    await this.dock.getByRole('radio', { name: mode, exact: true }).click()
  }

  /** What a figure says: `Component 1` is `36 %`. */
  figure(name: string): Locator {
    return this.dock.locator(`[data-figure="${name}"]`)
  }

  get query(): Locator {
    return this.dock.getByTestId('query')
  }

  /** Moves the pointer over a place of a map, both axes 0..1. */
  async hover(x: number, y: number): Promise<void> {
    const box = await this.maps.first().boundingBox()
    if (!box) throw new Error('there is no map in sight')
    await this.page.mouse.move(box.x + x * box.width, box.y + y * box.height)
  }

  /** The pixels of a map, as text to compare. */
  pixels(): Promise<string> {
    return this.maps
      .first()
      .locator('canvas')
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
  }

  /** The figure's numbers as the page saves them: rows of cells under their header, without the caption. */
  async savedNumbers(): Promise<{ readonly name: string; readonly rows: readonly string[][] }> {
    await this.dock.getByRole('button', { name: 'Save figure' }).click()
    const download = this.page.waitForEvent('download')
    await this.page.getByRole('menuitem', { name: /^CSV/ }).click()
    const file = await download
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n')
    const rows = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(','))
    return { name: file.suggestedFilename(), rows }
  }
}
