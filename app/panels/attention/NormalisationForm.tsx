import { type Normalisation, useAttentionStore } from '../../state/attentionStore'
import { Select } from '../../ui/Select'
import { Slider } from '../../ui/Slider'
import { Switch } from '../../ui/Switch'

/** How weights become colours. `hasPeers`: there are other heads and layers to share a range with. */
export function NormalisationForm({ hasPeers }: { readonly hasPeers: boolean }) {
  const normalisation = useAttentionStore((state) => state.normalisation)
  const { over, isLog, isClipped, kept } = normalisation
  const change = (part: Partial<Normalisation>) =>
    useAttentionStore.getState().lookAt({ normalisation: { ...normalisation, ...part } })
  const percent = `${Math.round(100 * kept)}\u2009%`
  return (
    <>
      {hasPeers && (
        <div className="view-row">
          <span>Range</span>
          <Select
            label="Range of the colours"
            value={over}
            options={[
              { value: 'map', label: 'Per map' },
              { value: 'layer', label: 'Per layer' },
              { value: 'all', label: 'All layers' },
            ]}
            onChange={(value) => change({ over: value })}
          />
        </div>
      )}
      <div className="view-row">
        <span>Logarithmic</span>
        <Switch label="Logarithmic colours" checked={isLog} onChange={(on) => change({ isLog: on })} />
      </div>
      <div className="view-row">
        <span>Clip at percentile 99</span>
        <Switch
          label="Clip at percentile 99"
          checked={isClipped}
          onChange={(on) => change({ isClipped: on })}
        />
      </div>
      {hasPeers && (
        <div className="view-row">
          <span>Keep of mass</span>
          <Slider
            label="Share of the mass that is kept"
            min={0.05}
            max={1}
            step={0.05}
            value={kept}
            valueText={percent}
            onChange={(value) => change({ kept: value })}
          />
          <span className="view-value">{percent}</span>
        </div>
      )}
      <hr className="view-line" />
    </>
  )
}
