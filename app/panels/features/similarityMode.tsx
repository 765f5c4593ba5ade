import { ColourBar } from '../../figure/ColourBar'
import { isSamePlace } from '../../figure/places'
import { formatValue } from '../../figure/ranges'
import { Segmented } from '../../ui/Segmented'
import { Select } from '../../ui/Select'
import { Facts } from './Facts'
import { similarities, similarityFigure, similarityRange } from './featureFigures'
import { middleQuery } from './featureStore'
import { placeOfToken, queryAt, tokenOfQuery, tokenWords } from './frame'
import { Histogram } from './Histogram'
import { forPictures, type Mode } from './mode'

/** What is like the patch under the pointer: the cosine of its channels with those of every other. */
export const similarityMode: Mode = (shown, choice) => {
  const { query, isPinned, isWholeRange, choose } = choice
  const { frame, answer } = shown
  const { picture: from, token } = tokenOfQuery(frame, query, answer.maps.length)
  const cosines = similarities(shown, { picture: from, token })
  const range = similarityRange(shown, cosines, isWholeRange)
  const figures = forPictures(shown, (picture) =>
    similarityFigure(shown, picture, { picture: from, token }, cosines, range),
  )
  const place = placeOfToken(frame, token)
  const others = cosines.map((row, picture) =>
    row.filter((_, index) => index >= frame.prefix && (picture !== from || index !== token)),
  )
  const all = others.flatMap((row) => [...row])
  const mean = all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length)
  const prefixes = Array.from({ length: frame.prefix }, (_, index) => ({
    label: tokenWords(frame, index),
    value: cosines[from]?.[index] ?? 0,
  }))
  const words = tokenWords(frame, token)
  return {
    figures,
    bar: <ColourBar figure={figures[0]} />,
    description: `Mean cosine ${formatValue(mean)}.`,
    side: (
      <Histogram
        title={`Cosines with ${all.length} other patches`}
        values={others}
        marks={place ? prefixes : []}
      />
    ),
    pointing: {
      heldOf: (picture) => (isPinned && picture === from ? place : null),
      onHover: (picture, at) => !isPinned && choose({ query: queryAt(frame, picture, at) }),
      onPin: (picture, at) => {
        const isHeld = isPinned && picture === from && isSamePlace(place, at)
        choose({ query: queryAt(frame, picture, at), isPinned: !isHeld })
      },
      onRelease: () => choose({ isPinned: false }),
    },
    controls: (
      <>
        <p className="small muted">
          <span data-testid="query">
            {words[0]?.toUpperCase()}
            {words.slice(1)}
          </span>
          . {isPinned ? 'Held: click it again to let go.' : 'Hover another patch, click to hold it.'}
        </p>
        <Facts
          facts={[
            ['Mean cosine', formatValue(mean)],
            ['Lowest', formatValue(all.reduce((a, b) => Math.min(a, b), 1))],
            ...(place
              ? prefixes.map(({ label, value }) => [`With ${label}`, formatValue(value)] as const)
              : []),
          ]}
        />
        <div className="features-choices">
          {frame.prefix > 0 && (
            <Select
              label="Query"
              value={place ? 'patch' : String(token)}
              options={[
                { value: 'patch', label: 'Patch' },
                ...prefixes.map(({ label }, index) => ({ value: String(index), label })),
              ]}
              onChange={(chosen) =>
                choose(
                  chosen === 'patch'
                    ? { query: middleQuery, isPinned: false }
                    : { query: { picture: from, at: null, prefix: Number(chosen) }, isPinned: true },
                )
              }
            />
          )}
          <Segmented
            label="Range"
            value={isWholeRange ? 'whole' : 'own'}
            options={[
              { value: 'own', label: 'Lowest to highest' },
              { value: 'whole', label: '−1 to 1' },
            ]}
            onChange={(chosen) => choose({ isWholeRange: chosen === 'whole' })}
          />
        </div>
      </>
    ),
  }
}
