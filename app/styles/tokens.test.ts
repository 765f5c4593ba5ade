import { expect, test } from 'vitest'
import css from './tokens.css?raw'

/** Design-language.md 2: what must be readable on what, in both themes. */
const text = 4.5
const graphics = 3
const leastContrast: readonly (readonly [token: string, on: readonly string[], least: number])[] = [
  ['text-1', ['panel', 'canvas', 'raised', 'over', 'sunk'], text],
  ['text-2', ['panel', 'canvas', 'raised', 'over', 'sunk'], text],
  ['text-3', ['panel', 'canvas', 'over'], text],
  ['accent', ['panel', 'canvas', 'over'], text],
  ['error', ['panel', 'canvas', 'over'], text],
  ['warning', ['panel', 'canvas', 'over'], text],
  ['ok', ['panel', 'canvas', 'over'], text],
  ['spine', ['panel', 'canvas'], text],
  ['line-3', ['panel', 'canvas'], graphics],
  ['ember', ['panel', 'canvas'], graphics],
  ...['mixer', 'mlp', 'plain', 'act', 'ends', 'down', 'join'].map(
    (role) => [`role-${role}`, ['panel', 'canvas', 'raised'], text] as const,
  ),
]

for (const theme of ['dark', 'light'] as const) {
  const tokens = tokensOf(theme)
  test.each(leastContrast)(`in the ${theme} theme %s can be read on %s`, (token, surfaces, least) => {
    for (const surface of surfaces) {
      expect(contrast(tokens, token, surface), `${token} on ${surface}`).toBeGreaterThanOrEqual(least)
    }
  })

  test(`in the ${theme} theme white can be read on a filled button`, () => {
    expect(ratio(luminance('#ffffff'), luminance(tokens['accent-fill'] ?? ''))).toBeGreaterThanOrEqual(text)
  })

  test(`in the ${theme} theme text-2 can be read on the strongest cost tint`, () => {
    const tinted = mix(tokens.ember ?? '', tokens.raised ?? '', 0.24)
    expect(ratio(luminance(tokens['text-2'] ?? ''), luminance(tinted))).toBeGreaterThanOrEqual(text)
  })
}

test('both themes name the same tokens', () => {
  expect(Object.keys(tokensOf('light'))).toEqual(Object.keys(tokensOf('dark')))
})

function tokensOf(theme: 'dark' | 'light'): { readonly [name: string]: string } {
  const block = css.slice(css.search(new RegExp(`^(:root,\\n)?\\[data-theme=["']${theme}["']\\] \\{`, 'm')))
  const body = block.slice(0, block.indexOf('\n}'))
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, color]) => [name, color]),
  )
}

function contrast(tokens: { readonly [name: string]: string }, token: string, surface: string): number {
  return ratio(luminance(tokens[token] ?? ''), luminance(tokens[surface] ?? ''))
}

function ratio(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** WCAG's relative luminance. */
function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0)
}

const channels = (color: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)

const mix = (a: string, b: string, share: number): string => {
  const other = channels(b)
  const mixed = channels(a).map((value, index) =>
    Math.round((value * share + (other[index] ?? 0) * (1 - share)) * 255),
  )
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}
