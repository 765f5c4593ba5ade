import { expect, test, vi } from 'vitest'

test('the first design needs no module that the page fetches later', async () => {
  // Modules afresh, as the page has them before anything was fetched.
  vi.resetModules()
  const { analyze, findModule, firstModules, firstPreset } = await import('../index')
  expect(findModule('pooling')).toBeUndefined()
  expect(analyze(firstPreset.document).lowered.diagnostics).toEqual([])
  expect(firstModules.length).toBeLessThan(20)
})
