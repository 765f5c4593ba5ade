/** The third door: designs from outside, checked, and links to them. The page opens it when one comes or goes. */
export { decodeLink, encodeLink, isLink } from './document/link'
export { parseDocument, parseFragment } from './document/parse'
