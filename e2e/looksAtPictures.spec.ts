import { expect, test } from './editor'
import { onePixelPng, pngHeader } from './pictures'

test('every patch of one’s own picture has its own map, and a click holds it', async ({ editor }) => {
  await editor.measuredLatency()
  await editor.choosePicture('public/pictures/chelsea.png')
  await expect(editor.canvas.getByRole('img', { name: 'Picture: chelsea.png' })).toBeVisible()
  await expect(editor.attentionMap).toBeVisible()
  await editor.dock.getByRole('combobox', { name: 'Block' }).click()
  await editor.page
    .getByRole('option', { name: /^Layer 3\./ })
    .last()
    .click()

  await editor.hoverPatch(0.15, 0.15)
  await expect(editor.dock).toContainText('Row 0, column 0')
  const corner = await editor.mapPixels()
  await editor.hoverPatch(0.6, 0.6)
  await expect(editor.dock).toContainText('Row 2, column 2')
  const middle = await editor.mapPixels()
  expect(middle).not.toBe(corner)

  await editor.clickHere()
  await expect(editor.dock).toContainText('Held')
  await editor.hoverPatch(0.15, 0.15)
  expect(await editor.mapPixels()).toBe(middle)

  await editor.hoverPatch(0.6, 0.6)
  await editor.clickHere()
  await editor.hoverPatch(0.15, 0.15)
  await expect(editor.dock).toContainText('Row 0, column 0')
  expect(await editor.mapPixels()).toBe(corner)
})

test('pictures that cannot be used are refused in a sentence, and nothing else changes', async ({
  editor,
}) => {
  const picture = editor.canvas.getByRole('img', { name: 'Picture: Cat' })
  await expect(picture).toBeVisible()

  await editor.choosePicture({ name: 'torn.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') })
  await expect(editor.notices).toContainText('torn.jpg cannot be decoded here')
  await editor.choosePicture({ name: 'vast.png', mimeType: 'image/png', buffer: pngHeader(10_000, 5_000) })
  await expect(editor.notices.first()).toContainText('vast.png has 50 megapixels; the limit is 40.')
  await expect(picture).toBeVisible()
  await expect(editor.pictures).toHaveCount(1)

  const small = { mimeType: 'image/png', buffer: onePixelPng() }
  await editor.choosePicture(
    ...Array.from({ length: 52 }, (_, index) => ({ ...small, name: `${index}.png` })),
  )
  await expect(editor.notices.first()).toContainText('There is room for 50 pictures; 3 were left out.')
  await expect(editor.pictures).toHaveCount(50)
})

test('photographs dropped anywhere on the page stand side by side; keys go from one to the next', async ({
  editor,
}) => {
  await editor.dropFile('public/pictures/coffee.png', 'public/pictures/rocket.jpg')
  await expect(editor.canvas.getByRole('img', { name: 'Picture: coffee.png' })).toBeVisible()
  await expect(editor.pictures).toHaveCount(3)

  await editor.picture('coffee.png').focus()
  await editor.page.keyboard.press('ArrowDown')
  await expect(editor.picture('rocket.jpg')).toBeChecked()
  await expect(editor.picture('rocket.jpg')).toBeFocused()
  await expect(editor.canvas.getByRole('img', { name: 'Picture: rocket.jpg' })).toBeVisible()

  await editor.page.keyboard.press('Delete')
  await expect(editor.pictures).toHaveCount(2)
  await expect(editor.picture('coffee.png')).toBeChecked()
  await editor.picture('Cat').hover()
  await editor.dock.getByRole('button', { name: 'Remove Cat' }).click()
  await expect(editor.pictures).toHaveCount(1)

  await editor.choosePicture('public/pictures/chelsea.png', 'public/pictures/astronaut.png')
  await expect(editor.pictures).toHaveCount(3)
  await expect(editor.picture('chelsea.png')).toBeChecked()
})

test('a picture on the clipboard is pasted by its key', async ({ editor, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await expect(editor.pictures).toHaveCount(1)
  await editor.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(30, 20)
    canvas.getContext('2d')?.fillRect(0, 0, 15, 20)
    const blob = await canvas.convertToBlob({ type: 'image/png' })
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })])
  })
  await editor.page.keyboard.press('Control+v')
  await expect(editor.picture('Pasted picture')).toBeChecked()
  await expect(editor.canvas.getByRole('img', { name: 'Picture: Pasted picture' })).toBeVisible()
  await editor.addPicture('Paste')
  await expect(editor.pictures).toHaveCount(3)
})

test('what the network sees is timm’s crop, pixel for pixel, also after the input has changed', async ({
  editor,
}) => {
  await expect(editor.picture('Cat')).toBeChecked()
  const seen = await editor.openSeen()
  // 451 × 300 to 96 × 64, of which the middle 64 × 64 from column 16.
  await expect(seen.locator('[data-step=Resize]')).toContainText('to 96 × 64 px, bicubic')
  await expect(seen.locator('[data-step=Crop]')).toContainText('64 × 64 px from column 16, row 0')
  await expect(seen.locator('[data-step=Source]')).toContainText(
    'As timm evaluates CAFormer-S18, keeping 100 % of the side.',
  )
  await expect(seen.locator('[data-seen]')).toHaveAttribute('data-seen', '75 0 301 300')
  // Pillow 9.4.0 and timm 1.0.29.dev0 give pixels of this checksum.
  expect(await editor.seenChecksum()).toBe(3109589029)
  await editor.page.keyboard.press('Escape')

  await editor.setInput(96)
  await editor.openSeen()
  await expect(seen.locator('[data-step=Resize]')).toContainText('to 144 × 96 px')
})

test('a probe is made at the input’s size, and its numbers change it at once', async ({ editor }) => {
  await expect(editor.picture('Cat')).toBeVisible()
  await editor.addPicture('Stripes')
  const seen = editor.page.getByRole('dialog', { name: 'What the network sees' })
  await expect(seen).toContainText('made at 64 × 64 px: nothing is resized')
  const before = await editor.seenChecksum()
  const period = seen.getByRole('spinbutton', { name: 'Period in pixels' })
  await period.fill('8')
  await period.press('Enter')
  await expect(seen).toContainText('Stripes, period 8, angle 0')
  expect(await editor.seenChecksum()).not.toBe(before)
  await editor.page.keyboard.press('Escape')
  await expect(editor.canvas.getByRole('img', { name: 'Picture: Stripes, period 8, angle 0' })).toBeVisible()
})

test('the camera is off until it is asked for, gives a picture, and goes off again', async ({ editor }) => {
  const { page } = editor
  await page.evaluate(watchCamera)
  const isOn = () => page.evaluate(() => Reflect.get(window, 'isCameraOn')())
  await expect(editor.picture('Cat')).toBeVisible()
  expect(await isOn()).toBe(false)

  await editor.addPicture('Camera…')
  const camera = page.getByRole('dialog', { name: 'Camera' })
  await expect(camera.getByLabel('What the camera shows')).toBeVisible()
  expect(await isOn()).toBe(true)
  await camera.getByRole('button', { name: 'Capture' }).click()
  await expect(editor.picture('Camera 1')).toBeChecked()
  await expect(camera).toBeHidden()
  expect(await isOn()).toBe(false)

  // Live: one picture that goes on changing, until it is stopped.
  await editor.addPicture('Camera…')
  await camera.getByRole('button', { name: 'Live' }).click()
  await expect(editor.picture('Camera 2')).toBeChecked()
  const first = await editor.thumbnail('Camera 2')
  await expect.poll(() => editor.thumbnail('Camera 2'), { timeout: 60_000 }).not.toBe(first)
  await editor.dock.getByRole('button', { name: 'Stop the camera' }).click()
  await expect(editor.dock.getByRole('button', { name: 'Stop the camera' })).toBeHidden()
  expect(await isOn()).toBe(false)

  // Another tab in front: nobody would see that it is on.
  await editor.addPicture('Camera…')
  await expect(camera.getByLabel('What the camera shows')).toBeVisible()
  expect(await isOn()).toBe(true)
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await expect(camera).toContainText('The camera is off.')
  expect(await isOn()).toBe(false)
})

test('without a camera, or without leave, the page says so', async ({ editor }) => {
  const { page } = editor
  const camera = page.getByRole('dialog', { name: 'Camera' })
  for (const [reason, sentence] of [
    ['NotFoundError', 'There is no camera on this machine.'],
    ['NotAllowedError', 'This page may not use the camera.'],
  ] as const) {
    await page.evaluate((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name))
    }, reason)
    await editor.addPicture('Camera…')
    await expect(camera.getByRole('alert')).toContainText(sentence)
    await expect(camera.getByRole('button', { name: 'Capture' })).toBeDisabled()
    await page.keyboard.press('Escape')
  }
})

/** In the page: `isCameraOn()` tells whether any track that was given out still runs. */
function watchCamera(): void {
  const tracks: MediaStreamTrack[] = []
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await ask(wish)
    tracks.push(...stream.getTracks())
    return stream
  }
  Reflect.set(window, 'isCameraOn', () => tracks.some((track) => track.readyState === 'live'))
}
