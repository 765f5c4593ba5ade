/**
 * Code that the first drawing can do without: it is fetched right after it, so that the page opens fast and later works
 * without a network.
 */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import { create } from 'zustand'

const fetches: (() => Promise<unknown>)[] = []

/** Registers something to fetch after the first drawing. Returns the function that fetches it, sooner when it is called. */
export function later<Code>(fetch: () => Promise<Code>): () => Promise<Code> {
  fetches.push(fetch)
  return fetch
}

/** A component whose code comes later; to be drawn inside a Suspense. */
export function laterComponent<Props>(
  fetch: () => Promise<ComponentType<Props>>,
): LazyExoticComponent<ComponentType<Props>> {
  const registered = later(fetch)
  return lazy(async () => ({ default: await registered() }))
}

/** A hook that gives the component, or null as long as its code is on its way: for what has something to show meanwhile. */
export function laterPart<Props>(
  fetch: () => Promise<ComponentType<Props>>,
): () => ComponentType<Props> | null {
  const usePart = create<{ readonly part: ComponentType<Props> | null }>()(() => ({ part: null }))
  later(async () => usePart.setState({ part: await fetch() }))
  return () => usePart((state) => state.part)
}

/** Fetches all that was registered: once it is here, the page asks for nothing more. */
export const fetchTheRest = () => Promise.all(fetches.map((fetch) => fetch()))
