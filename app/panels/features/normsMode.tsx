import { ColourBar } from '../../figure/ColourBar'
import { formatValue } from '../../figure/ranges'
import { Checkbox } from '../../ui/Checkbox'
import { Facts } from './Facts'
import { medianOf, normFigure, outlierFactor, patchNorms } from './featureFigures'
import { tokenWords } from './frame'
import { Histogram } from './Histogram'
import { forPictures, type Mode } from './mode'

/** How long every token is: outliers and class tokens stand out. */
export const normsMode: Mode = (shown, choice) => {
  const { isClipped, choose } = choice
  const { answer, frame, pictures } = shown
  const figures = forPictures(shown, (picture) => normFigure(shown, picture, isClipped))
  const patches = patchNorms(shown)
  const median = medianOf(patches)
  const largest = patches.reduce((most, norms) => norms.reduce((a, b) => Math.max(a, b), most), 0)
  const count = patches.reduce((sum, norms) => sum + norms.length, 0)
  const outliers = patches.reduce(
    (sum, norms) => sum + norms.filter((norm) => norm > outlierFactor * median).length,
    0,
  )
  const apart = answer.maps.flatMap(({ norms }, picture) =>
    [...norms.subarray(0, frame.prefix)].map((value, token) => ({
      value,
      label: `${tokenWords(frame, token)}${answer.maps.length > 1 ? `, ${pictures[picture]?.name}` : ''}`,
    })),
  )
  return {
    figures,
    bar: <ColourBar figure={figures[0]} />,
    description: `Median ${formatValue(median)}, largest ${formatValue(largest)}.`,
    side: (
      <>
        {apart.length > 0 && (
          <>
            <h3>Tokens without a patch</h3>
            <Facts
              facts={apart.map(({ label, value }) => [
                label,
                `${formatValue(value)}, ${formatValue(value / median)} × the median`,
              ])}
            />
          </>
        )}
        <Histogram
          title={`Norms of ${count} patches${apart.length > 0 ? ', and of tokens without one' : ''}`}
          values={patches}
          marks={apart}
        />
      </>
    ),
    controls: (
      <>
        <Facts
          facts={[
            ['Median patch', formatValue(median)],
            ['Largest patch', formatValue(largest)],
            [`Over ${outlierFactor} × the median`, `${outliers} of ${count}`],
          ]}
        />
        <Checkbox checked={isClipped} onChange={(isOn) => choose({ isClipped: isOn })}>
          Clip the highest 1{'\u2009'}%
        </Checkbox>
      </>
    ),
  }
}
