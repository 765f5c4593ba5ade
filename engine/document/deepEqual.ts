/** Equal as JSON: same values, whatever the order of the fields; a field that is undefined is not there. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => deepEqual(item, b[index]))
  }
  const left = fields(a)
  const right = fields(b)
  return (
    left.length === right.length &&
    left.every(
      ([name, value]) => Object.hasOwn(b, name) && deepEqual(value, (b as Record<string, unknown>)[name]),
    )
  )
}

const fields = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, field]) => field !== undefined)
