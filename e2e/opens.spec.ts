import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'

test('the page opens without an error and without breaking its own content policy', async ({ page }) => {
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto('./')
  await expect(page).toHaveTitle(/Vertebra/)
  await expect(page.getByRole('main')).toBeVisible()
  expect(errors).toEqual([])
})

test('a reader of screens finds nothing in the way on the first page', async ({ page }) => {
  await page.goto('./')
  await expect(page.getByRole('main')).toBeVisible()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(
    violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.target) })),
  ).toEqual([])
})
