import { later } from '../later'

/** Reading and checking what comes from outside, and links: needed when a design comes or goes. */
export const exchange = later(() => import('../../engine/exchange'))
