import { later } from '../later'
import { loadModules } from './modules'

/** Reading and checking what comes from outside, and links; a design from outside may hold any module. */
export const exchange = later(async () => {
  const [code] = await Promise.all([import('../../engine/exchange'), loadModules()])
  return code
})
