import type { Grid } from '../../../engine/index'
import { useAttentionStore } from '../../state/attentionStore'
import { Segmented } from '../../ui/Segmented'
import { tokenName, usualAsked } from './asked'

/** Class token and registers beside the patches of the picture; nothing where a map has patches alone. */
export function AskedChoice({ grid }: { readonly grid: Grid }) {
  const first = useAttentionStore((state) => state.first)
  const hovered = useAttentionStore((state) => state.hovered)
  const { lookAt } = useAttentionStore.getState()
  if (grid.prefix === 0) return null
  const asked = first ?? hovered ?? usualAsked(grid)
  const hasCells = grid.height * grid.width > 0
  const tokens = Array.from({ length: grid.prefix }, (_, token) => ({
    value: String(token),
    label: tokenName(token).short,
  }))
  return (
    <Segmented
      label="Query"
      value={asked.kind === 'token' ? String(Math.min(asked.token, grid.prefix - 1)) : 'patch'}
      options={hasCells ? [...tokens, { value: 'patch', label: 'Patch' }] : tokens}
      onChange={(value) =>
        value === 'patch'
          ? lookAt({ first: null, second: null, hovered: { kind: 'place', y: 0.5, x: 0.5 } })
          : lookAt({ first: { kind: 'token', token: Number(value) }, second: null })
      }
    />
  )
}
