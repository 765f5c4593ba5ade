import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './editor'

for (const theme of ['Dark', 'Light'] as const) {
  test(`nothing is in the way of a reader of screens, ${theme.toLowerCase()} theme`, async ({ editor }) => {
    const { page } = editor
    // The button names the theme that it leads to; at first the page follows the system, which is light here.
    if (theme === 'Dark') await page.getByRole('button', { name: 'Dark theme' }).click()
    await editor.measuredLatency()
    const found: Record<string, readonly string[]> = { main: await violations(page) }

    for (const tab of ['Layers', 'Latency', 'Receptive field', 'Features', 'Problems', 'Attention']) {
      await editor.dock.getByRole('tab', { name: tab }).click()
      found[tab] = await violations(page, '[role=tabpanel]')
    }
    await page.getByRole('tab', { name: 'Outline' }).click()
    await editor.select('Self-attention')
    found.inspector = await violations(page, '[role=complementary], aside')

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
      found[name] = await violations(page, '[role=dialog]')
      await editor.press('Escape')
      await expect(page.getByRole('dialog', { name })).toBeHidden()
    }

    expect(Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0))).toEqual({})
  })
}

/** Each violation in a part of the page as one readable line. */
async function violations(page: Page, part = 'html'): Promise<readonly string[]> {
  await settled(page)
  const { violations: found } = await new AxeBuilder({ page })
    .include(part)
    // Edges between regions belong to none of them.
    .exclude('[role=separator]')
    .analyze()
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))
}

/** What is still fading in has less contrast than it will have. */
async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((animation) => animation.effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY),
  )
}
