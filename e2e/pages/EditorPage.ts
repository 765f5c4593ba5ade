import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test'

interface PictureFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** The exact figures of the status bar. */
export interface Figures {
  readonly params: number
  readonly macs: number
}

/** What a person sees and can do: names of things on the screen in, words and figures on the screen out. */
export class EditorPage {
  readonly page: Page
  readonly canvas: Locator
  readonly palette: Locator
  readonly inspector: Locator
  readonly dock: Locator
  readonly statusBar: Locator
  readonly latency: Locator
  readonly notices: Locator

  constructor(page: Page) {
    this.page = page
    this.canvas = page.getByRole('application', { name: 'Design', exact: true })
    this.palette = page.getByRole('complementary', { name: 'Palette and outline' })
    this.inspector = page.getByRole('complementary', { name: 'Inspector' })
    this.dock = page.getByRole('region', { name: 'Dock' })
    this.statusBar = page.getByRole('contentinfo')
    this.latency = this.statusBar.locator('[data-figure=latency]')
    this.notices = page.locator('[data-sonner-toast]')
    // Choosers are ours from the beginning: taken over only when one is expected, the first may already be open.
    page.on('filechooser', () => undefined)
  }

  async open(address = './'): Promise<this> {
    await this.page.goto(address)
    await expect(this.canvas).toBeVisible()
    return this
  }

  /** The same browser, somebody else's device: nothing of this one is stored there. */
  static async onAnotherDevice(context: BrowserContext, address: string): Promise<EditorPage> {
    return new EditorPage(await context.newPage()).open(address)
  }

  // ---- the design ----

  /** A node by what it is called first: `Attention`, `Stage 4`. Its full name goes on with settings, shape and cost. */
  node(title: string): Locator {
    return this.canvas.getByRole('button', { name: new RegExp(`^${title}(,(?! in use)|$)`) }).first()
  }

  tile(name: string): Locator {
    return this.palette.getByRole('button', { name, exact: true })
  }

  /** The plus that marks an edge while something that fits there is in the hand. */
  edge(from: string, to: string): Locator {
    return this.page.getByRole('button', { name: `Insert between ${from} and ${to}`, exact: true }).first()
  }

  async select(title: string): Promise<void> {
    await this.node(title).click()
    await expect(this.inspector.getByRole('heading', { level: 2, name: title })).toBeVisible()
  }

  async openStage(title: string): Promise<void> {
    await this.node(title).click()
    await expect(this.page.getByRole('region', { name: `${title}, opened` })).toBeVisible()
  }

  /** Presses a tile, carries it to the place and lets go there once the page shows what would come of it. */
  async drag(tile: Locator, place: Locator): Promise<void> {
    await this.#carry(tile)
    const { x, y } = await middleOf(place)
    await this.page.mouse.move(x, y, { steps: 4 })
    await expect(this.statusBar.getByText('Preview')).toBeVisible()
    await this.page.mouse.up()
    await expect(this.statusBar.getByText('Preview')).toBeHidden()
  }

  async #carry(tile: Locator): Promise<void> {
    // The palette is longer than the page.
    await tile.scrollIntoViewIfNeeded()
    const { x, y } = await middleOf(tile)
    await this.page.mouse.move(x, y)
    await this.page.mouse.down()
    await this.page.mouse.move(x + 12, y + 8, { steps: 3 })
    await expect(this.page.getByText(/accepts? /).first()).toBeVisible()
  }

  async undo(): Promise<void> {
    await this.page.keyboard.press('Control+z')
  }

  get undoButton(): Locator {
    return this.page.getByRole('button', { name: /^Undo/ })
  }

  async setInput(side: number): Promise<void> {
    // A dialog that has just closed gives the focus back a moment later, which closes a popover that was opened meanwhile.
    await expect(async () => {
      const height = this.page.getByRole('spinbutton', { name: 'Input height' })
      if (!(await height.isVisible())) await this.page.getByRole('button', { name: /^Input \d+ by/ }).click()
      await height.fill(String(side), { timeout: 2000 })
      await height.press('Enter', { timeout: 2000 })
    }).toPass()
    for (const name of ['Input height', 'Input width']) {
      const field = this.page.getByRole('spinbutton', { name })
      await field.fill(String(side))
      await field.press('Enter')
    }
    await this.page.keyboard.press('Escape')
    await expect(this.page.getByRole('button', { name: `Input ${side} by ${side} pixels` })).toBeVisible()
  }

  async openPreset(id: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Presets' }).click()
    const dialog = this.page.getByRole('dialog', { name: 'Start from a design' })
    await dialog.getByRole('textbox', { name: 'Search presets' }).fill(id)
    await dialog.getByRole('button', { name: id }).first().click()
    await expect(dialog).toBeHidden()
  }

  async openFile(name: string, text: string): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser')
    await this.page.keyboard.press('Control+o')
    await (await chooser).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) })
  }

  /** What the page writes when asked to save the design as a file. */
  async saveFile(): Promise<string> {
    const download = this.page.waitForEvent('download')
    await this.page.keyboard.press('Control+s')
    return readFile(await (await download).path(), 'utf8')
  }

  // ---- figures ----

  /** All digits, as the buttons of the status bar offer them for copying. */
  async figures(): Promise<Figures> {
    return { params: await this.#figure('params'), macs: await this.#figure('MACs') }
  }

  async #figure(name: string): Promise<number> {
    const button = this.statusBar.getByRole('button', { name: new RegExp(`${name}: copy`) })
    const copied = /copy ([\d,]+)/.exec((await button.getAttribute('aria-label')) ?? '')
    return Number(copied?.[1]?.replaceAll(',', ''))
  }

  /** Waits until the design on the screen has run, and returns its latency in words: `7.31 ms`. */
  async measuredLatency(): Promise<string> {
    const figure = this.latency.locator('.delta-now')
    // A figure from before the last edit carries a tilde until the new one is there.
    await expect(figure).toHaveText(/^[<\d]/, { timeout: 90_000 })
    return (await figure.textContent()) ?? ''
  }

  /** Milliseconds from a press on a button to the frame that shows what it did to the figures. */
  async timeToAnswer(button: Locator): Promise<number> {
    const { x, y } = await middleOf(button)
    await this.page.mouse.move(x, y)
    const watch = await this.statusBar.evaluateHandle((bar) => ({
      answered: new Promise<number>((resolve) => {
        let pressedAt = 0
        const press = (event: PointerEvent) => {
          pressedAt = event.timeStamp
        }
        window.addEventListener('pointerup', press, { capture: true, once: true })
        new MutationObserver((_, observer) => {
          if (pressedAt === 0) return
          observer.disconnect()
          requestAnimationFrame((now) => resolve(now - pressedAt))
        }).observe(bar, { subtree: true, attributes: true, attributeFilter: ['data-value'] })
      }),
    }))
    await this.page.mouse.down()
    await this.page.mouse.up()
    return watch.evaluate(({ answered }) => answered)
  }

  // ---- sharing ----

  /** The link that the Share dialog shows. */
  async shareLink(): Promise<string> {
    await this.page.getByRole('button', { name: 'Share', exact: true }).click()
    const dialog = this.page.getByRole('dialog', { name: 'Share this design' })
    const link = await dialog.getByRole('textbox', { name: 'Link to this design' }).inputValue()
    await this.page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
    return link
  }

  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText())
  }

  // ---- attention ----

  get attentionMap(): Locator {
    return this.dock.getByRole('application', { name: /^Attention on the picture/ })
  }

  async choosePicture(...files: readonly PictureFile[] | readonly string[]): Promise<void> {
    await this.dock.getByLabel('Picture files').setInputFiles([...files] as PictureFile[] | string[])
  }

  /** The pictures in the tray of the panel in sight; each is called as its file. */
  get pictures(): Locator {
    return this.dock.getByRole('radiogroup', { name: 'Pictures' }).getByRole('radio')
  }

  picture(name: string): Locator {
    return this.dock.getByRole('radio', { name, exact: true })
  }

  /** From the menu of the tray: `Coffee`, `Stripes`, `Camera…`. */
  async addPicture(name: string): Promise<void> {
    await this.dock.getByRole('button', { name: 'Add pictures' }).click()
    await this.page.getByRole('menuitem', { name }).click()
  }

  async openSeen(): Promise<Locator> {
    await this.dock.getByRole('button', { name: 'What the network sees' }).click()
    return this.page.getByRole('dialog', { name: 'What the network sees' })
  }

  /** CRC-32 of the RGB bytes that the dialog draws as the network's own. */
  async seenChecksum(): Promise<number> {
    const canvas = this.page.getByRole('img', { name: /as the network gets it/ })
    const rgba = await canvas.evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement
      const image = (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height)
      return [...(image?.data ?? [])]
    })
    return crc32(Uint8Array.from(rgba.filter((_, index) => index % 4 !== 3)))
  }

  /** The pixels of a picture in the tray, as text to compare. */
  thumbnail(name: string): Promise<string> {
    return this.picture(name)
      .locator('canvas')
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
  }

  /** Files let go over the middle of the canvas, as from another window. */
  async dropFile(...paths: readonly string[]): Promise<void> {
    const files = await Promise.all(
      paths.map(async (path) => ({ name: basename(path), bytes: [...(await readFile(path))] })),
    )
    const data = await this.page.evaluateHandle((dropped) => {
      const transfer = new DataTransfer()
      for (const { name, bytes } of dropped) transfer.items.add(new File([new Uint8Array(bytes)], name))
      return transfer
    }, files)
    await this.canvas.dispatchEvent('dragover', { dataTransfer: data })
    await this.canvas.dispatchEvent('drop', { dataTransfer: data })
  }

  /** Drops a file of any size: the page takes it from the disk. */
  async dropLargeFile(path: string): Promise<void> {
    const input = await this.page.evaluateHandle(() => {
      const element = document.createElement('input')
      element.type = 'file'
      return element
    })
    await input.setInputFiles(path)
    const data = await input.evaluateHandle(({ files }) => {
      const transfer = new DataTransfer()
      for (const file of files ?? []) transfer.items.add(file)
      return transfer
    })
    await this.canvas.dispatchEvent('dragover', { dataTransfer: data })
    await this.canvas.dispatchEvent('drop', { dataTransfer: data })
  }

  /** Which weights the design runs with, in the status bar. */
  get weights(): Locator {
    return this.statusBar.locator('[data-part=weights]')
  }

  /** What the picture shows, in the status bar. */
  get likeliestClass(): Locator {
    return this.statusBar.locator('[data-part=class]')
  }

  /** The numbers of the five likeliest classes, in their order. */
  async likeliestClasses(): Promise<number[]> {
    await this.likeliestClass.click()
    const rows = this.page.locator('[data-class]')
    await expect(rows).toHaveCount(5)
    const numbers = await rows.evaluateAll((all) => all.map((row) => Number(row.getAttribute('data-class'))))
    await this.page.keyboard.press('Escape')
    return numbers
  }

  /** Moves the pointer over a place of the map, both axes 0..1. */
  async hoverPatch(x: number, y: number): Promise<void> {
    const box = await boxOf(this.attentionMap)
    await this.page.mouse.move(box.x + x * box.width, box.y + y * box.height)
  }

  async clickHere(): Promise<void> {
    await this.page.mouse.down()
    await this.page.mouse.up()
  }

  /** The pixels of the map, as text to compare. */
  mapPixels(): Promise<string> {
    return this.attentionMap.locator('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())
  }

  /** Chooses a mixer of the design in the attention panel: `1.1`. */
  async lookAtLayer(name: string): Promise<void> {
    await this.dock.getByRole('combobox', { name: 'Block' }).click()
    await this.page
      .getByRole('option', { name: new RegExp(`^Layer ${name.replace('.', '\\.')}(,|$)`) })
      .click()
  }

  /** The file that the figure in view becomes: `CSV`, `SVG`. */
  async saveFigure(kind: string): Promise<{ readonly name: string; readonly content: Buffer }> {
    await this.dock.getByRole('button', { name: 'Save figure' }).click()
    const download = this.page.waitForEvent('download')
    await this.page.getByRole('menuitem', { name: kind }).first().click()
    const file = await download
    return { name: file.suggestedFilename(), content: await readFile(await file.path()) }
  }

  // ---- keyboard ----

  press(...keys: readonly string[]): Promise<void> {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve())
  }

  /** Tab, until the focus is there: what a person without a mouse does. */
  async tabTo(target: Locator, most = 60): Promise<void> {
    for (let pressed = 0; pressed < most; pressed++) {
      await this.page.keyboard.press('Tab')
      if (await isFocused(target)) return
    }
    throw new Error(`Tab does not lead to ${target} within ${most} presses`)
  }

  /** F6 goes round the regions of the page; inside the canvas Tab leads to the node that was there last. */
  async walkToCanvas(): Promise<void> {
    for (let pressed = 0; pressed < 8; pressed++) {
      await this.page.keyboard.press('F6')
      if (await isWithin(this.canvas)) return
    }
    throw new Error('F6 does not lead into the canvas')
  }

  /** Arrow key after arrow key, until the node has the focus. */
  async arrowTo(key: string, title: string, most = 24): Promise<void> {
    const node = this.node(title)
    for (let pressed = 0; pressed < most; pressed++) {
      if (await isFocused(node)) return
      await this.page.keyboard.press(key)
    }
    throw new Error(`${key} does not lead to ${title} within ${most} presses`)
  }

  /** Enter opens the stage that has the focus, and the focus goes inside. */
  async enterStage(title: string): Promise<void> {
    await this.page.keyboard.press('Enter')
    await expect(this.page.getByRole('region', { name: `${title}, opened` })).toBeVisible()
    await expect(this.node(title)).not.toBeFocused()
  }

  /** From the first node of an open stage: down into its block, along the branch to the mixer, and another one in its place. */
  async replaceSelfAttentionByPooling(): Promise<void> {
    await this.arrowTo('ArrowRight', 'Block')
    await this.press('ArrowDown')
    await this.arrowTo('ArrowRight', 'Self-attention')
    await this.page.keyboard.press('r')
    await expect(this.page.getByRole('dialog', { name: /^Replace/ })).toBeVisible()
    await this.page.keyboard.type('pooling')
    await this.page.keyboard.press('Enter')
    await expect(this.node('Pooling')).toBeVisible()
  }

  /** Finds a command, module or preset by name in the palette of commands and takes it. */
  async command(words: string): Promise<void> {
    await this.page.keyboard.press('Control+k')
    await expect(this.page.getByRole('dialog', { name: 'Command palette' })).toBeVisible()
    await this.page.keyboard.type(words)
    await this.page.keyboard.press('Enter')
  }
}

const isFocused = (target: Locator): Promise<boolean> =>
  target.evaluateAll((elements) => elements.some((element) => element === document.activeElement))

const isWithin = (target: Locator): Promise<boolean> =>
  target.evaluateAll((elements) => elements.some((element) => element.contains(document.activeElement)))

async function boxOf(target: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  await expect(target).toBeVisible()
  const box = await target.boundingBox()
  if (!box) throw new Error(`${target} has no place on the screen`)
  return box
}

async function middleOf(target: Locator): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = await boxOf(target)
  return { x: x + width / 2, y: y + height / 2 }
}
