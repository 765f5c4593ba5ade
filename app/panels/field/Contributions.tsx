import { sideHolding } from '../../../engine/index'
import { usePictureStore } from '../../state/pictureStore'
import { useRunStore, whyNothingRuns } from '../../state/runStore'
import { useWeightsStore } from '../../state/weightsStore'
import { formatPercent } from '../../ui/formatNumber'
import { Segmented } from '../../ui/Segmented'
import { Select } from '../../ui/Select'
import { Switch } from '../../ui/Switch'
import { useFieldSettings } from './fieldSettings'
import { shareOfPicture, shares, squareAround } from './shares'
import { type MeasuredMaps, randomHeading, ruleWords } from './useMeasuredField'

interface ContributionsProps {
  readonly maps: MeasuredMaps
}

/** How contributions are measured, and how wide the squares around the place are that hold given shares of them. */
export function Contributions({ maps }: ContributionsProps) {
  const reason = useRunStore(whyNothingRuns)
  const count = usePictureStore((state) => state.pictures.length)
  const isLoaded = useWeightsStore((state) => state.loaded !== null)
  const { rule, pictures, weights, isGrowing } = useFieldSettings()
  if (reason !== null) return <p className="small muted">{reason} Gradients can be computed on the CPU.</p>
  const averaged = maps[0].measured.pictures
  return (
    <>
      <div className="field-choices">
        <Select
          label="Rule"
          value={rule}
          options={[
            { value: 'absolute', label: '|gradient|' },
            { value: 'positive', label: 'RepLKNet’s rule' },
          ]}
          onChange={(chosen) => useFieldSettings.setState({ rule: chosen as typeof rule })}
        />
        {count > 1 && (
          <Segmented
            label="Pictures"
            value={pictures}
            options={[
              { value: 'current', label: 'This picture' },
              { value: 'all', label: `Mean of ${count}` },
            ]}
            onChange={(chosen) => useFieldSettings.setState({ pictures: chosen })}
          />
        )}
        {isLoaded && (
          <Segmented
            label="Weights"
            value={weights}
            options={[
              { value: 'loaded', label: 'Loaded' },
              { value: 'random', label: 'Random' },
              { value: 'both', label: 'Both' },
            ]}
            onChange={(chosen) => useFieldSettings.setState({ weights: chosen })}
          />
        )}
        <label className="field-switch" htmlFor="field-growth">
          <Switch
            id="field-growth"
            checked={isGrowing}
            onChange={(on) => useFieldSettings.setState({ isGrowing: on })}
          />
          Along the depth
        </label>
      </div>
      {maps.some(({ measured }) => measured.map) && <ShareTable maps={maps} />}
      <p className="label faint">
        {ruleWords[rule]}; {averaged > 1 ? `mean of ${averaged} pictures` : 'one picture'}.
        {isGrowing && ' Orange in the chart: sides that hold 99 and 50 %, dashed 30 and 20 %.'}
        {maps.some(({ heading }) => heading === randomHeading) &&
          ' With random weights the map shows what the structure favours, not what a trained network looks at.'}
      </p>
    </>
  )
}

function ShareTable({ maps }: ContributionsProps) {
  return (
    <table className="field-shares small" data-figure="contributions">
      <thead>
        <tr>
          <th scope="col">Share of gradient</th>
          {maps.map(({ heading }) => (
            <th key={heading} scope="col" colSpan={2}>
              {maps.length > 1 ? heading : 'Side and area'}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shares.map((share) => (
          <tr key={share}>
            <th scope="row">{100 * share} %</th>
            {maps.map(({ heading, centre, measured: { map } }) => {
              const area = map && shareOfPicture(squareAround(map, centre, share), map)
              return [
                <td key={`${heading} side`}>{map ? `${sideHolding(map, centre, share)} px` : '…'}</td>,
                <td key={`${heading} area`}>
                  <span className="field-share-bar" style={{ width: `${100 * (area ?? 0)}%` }} />
                  <span>{area === null ? '' : formatPercent(area)}</span>
                </td>,
              ]
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
