/**
 * The tests' starting point: the editor with a design from last time, CAFormer-S18 on pictures of 64 × 64, so that a run
 * takes seconds on a software adapter. The design was made and saved by the page itself.
 */
import { type BrowserContextOptions, test as base } from '@playwright/test'
import { EditorPage } from './pages/EditorPage'

type StorageState = Exclude<BrowserContextOptions['storageState'], string | undefined>

export const test = base.extend<{ editor: EditorPage }, { lastTime: StorageState }>({
  lastTime: [
    async ({ browser }, use, { project }) => {
      const { baseURL, viewport } = project.use
      const context = await browser.newContext({ ...(baseURL && { baseURL }), ...(viewport && { viewport }) })
      const editor = await new EditorPage(await context.newPage()).open()
      await editor.page.getByRole('button', { name: 'Close the first steps' }).click()
      await editor.page.getByRole('button', { name: 'Stay with WebGPU' }).click()
      await editor.setInput(64)
      await editor.statusBar.getByText('Saved on this device').waitFor()
      const state = await context.storageState({ indexedDB: true })
      await context.close()
      await use(state)
    },
    { scope: 'worker' },
  ],
  storageState: async ({ lastTime }, use) => use(lastTime),
  editor: async ({ page }, use) => use(await new EditorPage(page).open()),
})

export { expect } from '@playwright/test'
