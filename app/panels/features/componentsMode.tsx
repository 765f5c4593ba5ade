import type { Side } from '../../../engine/index'
import { ColourBar } from '../../figure/ColourBar'
import { formatPercent } from '../../ui/formatNumber'
import { Segmented } from '../../ui/Segmented'
import { Select } from '../../ui/Select'
import { ComponentBars } from './ComponentBars'
import { Facts } from './Facts'
import { componentFigure, componentRanges } from './featureFigures'
import type { FeatureChoice } from './featureStore'
import { forPictures, type Mode } from './mode'

const sides: readonly { readonly value: Side; readonly label: string; readonly words: string }[] = [
  { value: 'all', label: 'All patches', words: 'all patches' },
  { value: 'above', label: 'First component above 0', words: 'patches whose first component is above 0' },
  { value: 'below', label: 'First component below 0', words: 'patches whose first component is below 0' },
]

const views: readonly { readonly value: FeatureChoice['component']; readonly label: string }[] = [
  { value: 'colours', label: 'RGB' },
  { value: '0', label: '1' },
  { value: '1', label: '2' },
  { value: '2', label: '3' },
]

/** The three directions along which patches differ most, as colours. */
export const componentsMode: Mode = (shown, choice) => {
  const { side, component, choose } = choice
  const ranges = componentRanges(shown)
  const words = sides.find(({ value }) => value === side)?.words ?? 'all patches'
  const one = component === 'colours' || Number(component) >= ranges.length ? null : Number(component)
  const figures = forPictures(shown, (picture) => componentFigure(shown, picture, ranges, one, words))
  const explained = ranges.map(
    (range, index) => [`Component ${index + 1}`, formatPercent(range.explained)] as const,
  )
  const together = ranges.reduce((sum, range) => sum + range.explained, 0)
  return {
    figures,
    bar: one === null ? <ComponentBars ranges={ranges} /> : <ColourBar figure={figures[0]} />,
    description: explained.map(([name, share]) => `${name} ${share} of the variance`).join(', '),
    side: (
      <>
        <h3>Variance explained</h3>
        {ranges.length === 0 ? (
          <p className="small muted">All patches are alike: there is no direction along which they differ.</p>
        ) : (
          <Facts facts={[...explained, ['Together', formatPercent(together)]]} />
        )}
        <p className="label faint">
          Of {words}
          {shown.answer.maps.length > 1
            ? ', fitted over all pictures together, so that colours mean the same'
            : ''}
          . Class and register tokens are left out. Signs are fixed by the largest loading, and kept from
          picture to picture.
        </p>
      </>
    ),
    controls: (
      <>
        <div className="features-choices">
          <Segmented
            label="Component"
            value={one === null ? 'colours' : component}
            options={views.slice(0, 1 + ranges.length)}
            onChange={(chosen) => choose({ component: chosen })}
          />
          <Select
            label="Patches fitted"
            value={side}
            options={sides}
            onChange={(chosen) => choose({ side: chosen })}
          />
        </div>
      </>
    ),
  }
}
