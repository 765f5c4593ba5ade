import { ToggleGroup } from 'radix-ui'
import type { ReactNode } from 'react'
import { Slider } from '../ui/Slider'
import { Switch } from '../ui/Switch'
import { gradientOf, type SequentialMap, sequentialMaps } from './colourMaps'
import { useViewStore } from './viewStore'

interface ViewSettingsFormProps {
  readonly usual: SequentialMap
  readonly children: ReactNode
}

/** Colour map, opacity and interpolation, for every map on the page. */
export function ViewSettingsForm({ usual, children }: ViewSettingsFormProps) {
  const { colours, alpha, isSmooth, isPictureGrey, set } = useViewStore()
  const percent = `${Math.round(100 * alpha)}\u2009%`
  return (
    <div className="view-settings">
      {children}
      <ToggleGroup.Root
        type="single"
        className="view-maps"
        aria-label="Colours"
        value={colours ?? usual}
        onValueChange={(chosen) => {
          const map = sequentialMaps.find(({ value }) => value === chosen)
          if (map) set({ colours: map.value })
        }}
      >
        {sequentialMaps.map(({ value, label }) => (
          <ToggleGroup.Item key={value} value={value} className="view-map">
            <span className="view-map-ramp" style={{ background: gradientOf(value, 'to right') }} />
            {label}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
      <div className="view-row">
        <span>Opacity</span>
        <Slider
          label="Opacity of the map"
          min={0}
          max={1}
          step={0.05}
          value={alpha}
          valueText={percent}
          onChange={(value) => set({ alpha: value })}
        />
        <span className="view-value">{percent}</span>
      </div>
      <div className="view-row">
        <span>Smooth between cells</span>
        <Switch label="Smooth between cells" checked={isSmooth} onChange={(on) => set({ isSmooth: on })} />
      </div>
      <div className="view-row">
        <span>Grey picture below</span>
        <Switch
          label="Grey picture below"
          checked={isPictureGrey}
          onChange={(on) => set({ isPictureGrey: on })}
        />
      </div>
    </div>
  )
}
