import type { ReactNode } from 'react'
import './Formula.css'

/** One line of mathematics written in Unicode, set as mathematics: letters italic, words upright, Unicode scripts as scripts. */
export function Formula({ text }: { readonly text: string }) {
  return (
    <span
      className="formula"
      data-long={text.length > longFormula || undefined}
      role="math"
      aria-label={text}
    >
      {typeset(text)}
    </span>
  )
}

/** Longer ones are set smaller, so that they stay on one line of the inspector. */
const longFormula = 30

const superscripts = 'ᵀ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ'
const superscriptLetters = 'T0123456789+−n'
const subscripts = '₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ'
const subscriptLetters = '0123456789+−aeoxhklmnpstijruv'

type Piece = { readonly kind: 'word' | 'letter' | 'sup' | 'sub' | 'sign'; readonly text: string }

function typeset(text: string): ReactNode[] {
  return pieces(text).map((piece, index) => {
    const key = `${index}${piece.text}`
    switch (piece.kind) {
      case 'letter':
        return <i key={key}>{piece.text}</i>
      case 'sup':
        return <sup key={key}>{piece.text}</sup>
      case 'sub':
        return <sub key={key}>{piece.text}</sub>
      case 'word':
      case 'sign':
        return <span key={key}>{piece.text}</span>
      default:
        return piece.kind satisfies never
    }
  })
}

function pieces(text: string): readonly Piece[] {
  const found: Piece[] = []
  for (const part of text.match(
    /[\p{Script=Latin}\p{Script=Greek}]+|[^\p{Script=Latin}\p{Script=Greek}]/gu,
  ) ?? []) {
    let rest = part
    while (rest !== '') {
      const first = rest[0] as string
      const up = superscripts.indexOf(first)
      const down = subscripts.indexOf(first)
      if (up >= 0) found.push({ kind: 'sup', text: superscriptLetters[up] as string })
      else if (down >= 0) found.push({ kind: 'sub', text: subscriptLetters[down] as string })
      else {
        const plain = rest.match(new RegExp(`^[^${superscripts}${subscripts}]+`, 'u'))?.[0] ?? first
        found.push({ kind: kindOf(plain), text: plain })
        rest = rest.slice(plain.length)
        continue
      }
      rest = rest.slice(first.length)
    }
  }
  return found
}

/** `softmax` and `PW` are names and stand upright; `Y`, `QK` and `γ` are quantities and slant. */
function kindOf(plain: string): Piece['kind'] {
  if (!/^\p{L}+$/u.test(plain)) return 'sign'
  if (plain.length === 1) return 'letter'
  return /^[A-Z]{2}$/.test(plain) &&
    'QKVWXYZABCHN'.includes(plain[0] as string) &&
    'QKVWXYZABCHN'.includes(plain[1] as string)
    ? 'letter'
    : 'word'
}
