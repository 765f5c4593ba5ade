import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'

/** The dock's Receptive field: what a place of a layer reads, and how much each pixel contributes to it. */
export class FieldPanel {
  readonly page: Page
  readonly dock: Locator
  readonly depth: Locator
  readonly maps: Locator
  readonly #table: Locator

  constructor(page: Page) {
    this.page = page
    this.dock = page.getByRole('region', { name: 'Dock' })
    this.depth = this.dock.getByRole('slider', { name: 'Depth' })
    this.maps = this.dock.getByRole('figure')
    this.#table = this.dock.locator('[data-figure="contributions"]')
  }

  async open(): Promise<this> {
    await this.dock.getByRole('tab', { name: 'Receptive field' }).click()
    return this
  }

  async measure(): Promise<void> {
    await this.dock.getByRole('radio', { name: 'Measured' }).click()
  }

  /** How wide the square is that holds a share of the contributions; `map`: the second is the kept one. */
  side(share: string, map = 0): Locator {
    const row = this.#table
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader', { name: share }) })
    return row.getByRole('cell').nth(2 * map)
  }

  /** In pixels; 0 while it is being measured. */
  async sideOf(share: string, map = 0): Promise<number> {
    const side = this.side(share, map)
    if ((await side.count()) === 0) return 0
    return Number.parseInt((await side.textContent()) ?? '', 10) || 0
  }

  async keep(): Promise<void> {
    await this.dock.getByRole('button', { name: 'Keep this map beside the next' }).click()
  }

  async dropKept(): Promise<void> {
    await this.dock.getByRole('button', { name: 'Drop the kept map' }).click()
  }

  async savedNumbers(): Promise<{ readonly name: string; readonly rows: readonly string[] }> {
    const download = this.page.waitForEvent('download')
    await this.dock.getByRole('button', { name: 'Save figure' }).click()
    await this.page.getByRole('menuitem', { name: 'CSV' }).click()
    const file = await download
    const text = await readFile(await file.path(), 'utf8')
    return { name: file.suggestedFilename(), rows: text.trimEnd().split('\n') }
  }
}
