import { useEffect, useState } from 'react'

/** The value once it has not changed for a while; the first one at once. */
export function useRested<V>(value: V, ms: number): V {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return rested
}
