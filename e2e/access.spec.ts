import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './editor'

for (const theme of ['Dark', 'Light'] as const) {
  test(`nothing is in the way of a reader of screens, ${theme.toLowerCase()} theme`, async ({ editor }) => {
    const { page } = editor
    // The button names the theme that it leads to; at first the page follows the system, which is light here.
    if (theme === 'Dark') await page.getByRole('button', { name: 'Dark theme' }).click()
    await editor.measuredLatency()
    const found: Record<string, unknown> = { main: await violations(page) }

    for (const tab of ['Layers', 'Latency', 'Receptive field', 'Problems', 'Attention']) {
      await editor.dock.getByRole('tab', { name: tab }).click()
      found[tab] = await violations(page)
    }
    await page.getByRole('tab', { name: 'Outline' }).click()
    await editor.select('Self-attention')
    found.inspector = await violations(page)

    const dialogs = {
      'Share this design': () => page.getByRole('button', { name: 'Share', exact: true }).click(),
      'Start from a design': () => page.getByRole('button', { name: 'Presets' }).click(),
      'Shortcuts and help': () => page.getByRole('button', { name: 'Shortcuts and help' }).click(),
      'Command palette': () => editor.press('Control+k'),
      'Replace Self-attention by': () => editor.press('r'),
    }
    for (const [name, open] of Object.entries(dialogs)) {
      await open()
      await expect(page.getByRole('dialog', { name })).toBeVisible()
      found[name] = await violations(page)
      await editor.press('Escape')
      await expect(page.getByRole('dialog', { name })).toBeHidden()
    }

    expect(Object.fromEntries(Object.entries(found).filter(([, list]) => String(list) !== ''))).toEqual({})
  })
}

/** Each violation as one readable line. */
async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page })
    // Edges between regions belong to none of them.
    .exclude('[role=separator]')
    .analyze()
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))
}
