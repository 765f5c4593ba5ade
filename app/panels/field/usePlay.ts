import { useEffect, useState } from 'react'

/** Milliseconds for the whole way, and the shortest and longest for one step of it. */
const wholeWay = 6000
const shortest = 60
const longest = 400
/** Without motion: a few pictures, one after the other. */
const stills = { count: 8, pause: 1200 } as const

/**
 * Steps through the depths by itself, from the beginning once the end is reached; any other move stops it. It waits until what
 * there is to see at a depth `isReady`.
 */
export function usePlay(index: number, count: number, onChange: (index: number) => void, isReady: boolean) {
  const [isPlaying, setIsPlaying] = useState(false)
  useEffect(() => {
    if (!isPlaying || !isReady) return
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    const step = isStill ? Math.max(1, Math.ceil(count / stills.count)) : 1
    const pause = isStill ? stills.pause : Math.min(longest, Math.max(shortest, wholeWay / count))
    const timer = window.setTimeout(() => {
      const next = Math.min(count - 1, index + step)
      onChange(next)
      if (next === count - 1) setIsPlaying(false)
    }, pause)
    return () => window.clearTimeout(timer)
  }, [isPlaying, isReady, index, count, onChange])
  return {
    isPlaying,
    toggle: () => {
      if (!isPlaying && index >= count - 1) onChange(0)
      setIsPlaying(!isPlaying)
    },
    moveTo: (chosen: number) => {
      setIsPlaying(false)
      onChange(chosen)
    },
  }
}
