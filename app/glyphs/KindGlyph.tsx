import type { ReactNode } from 'react'
import type { ModuleKind } from '../../engine/index'
import { roleColor } from './roles'

interface KindGlyphProps {
  readonly kind: ModuleKind
  readonly size?: number
  /** Takes the colour of the text around it instead of its role's. */
  readonly isPlain?: boolean
}

/** Line art of a kind of node, 16 px at stroke 1.5. */
export function KindGlyph({ kind, size = 16, isPlain = false }: KindGlyphProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke={isPlain ? 'currentColor' : roleColor(kind)}
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {drawings[kind]}
    </svg>
  )
}

const drawings: { readonly [K in ModuleKind]: ReactNode } = {
  // A query and the four it reads.
  mixer: (
    <>
      <rect x="6" y="6" width="4" height="4" />
      <path d="M8 2v4M8 10v4M2 8h4M10 8h4" />
    </>
  ),
  // Two mirrored trapezoids: out to the hidden width and back.
  mlp: <path d="M7 2.5v11L3.2 11V5zM9 2.5v11l3.8-2.5V5z" />,
  norm: <path d="M1.5 12.5c3.2 0 3.7-9 6.5-9s3.3 9 6.5 9" />,
  activation: <path d="M1.5 11.5h5.5c2.2 0 3-1 4-3.2l2.5-5.3" />,
  stem: <path d="M2.5 2.5h11v11h-11zM6.2 2.5v11M9.8 2.5v11M2.5 6.2h11M2.5 9.8h11" />,
  downsample: <path d="M3 2.5v11l10-3V5.5z" />,
  scale: <path d="M4.5 4.5l7 7M11.5 4.5l-7 7" />,
  merge: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 5v6M5 8h6" />
    </>
  ),
  head: <path d="M3 13.5v-4M6.3 13.5v-7M9.7 13.5v-11M13 13.5v-6" />,
  tensor: <path d="M2.5 5.5h10l-2.8-2.8M13.5 10.5h-10l2.8 2.8" />,
}
