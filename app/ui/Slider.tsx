import { Slider as RadixSlider } from 'radix-ui'
import './Slider.css'

interface SliderProps {
  readonly id?: string
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step?: number
  /** What the value means, for screen readers. */
  readonly valueText?: string
  readonly onChange: (value: number) => void
}

export function Slider({ id, label, value, min, max, step = 1, valueText, onChange }: SliderProps) {
  return (
    <RadixSlider.Root
      className="slider"
      min={min}
      max={max}
      step={step}
      value={[value]}
      onValueChange={([chosen]) => chosen !== undefined && onChange(chosen)}
    >
      <RadixSlider.Track className="slider-track">
        <RadixSlider.Range className="slider-range" />
      </RadixSlider.Track>
      <RadixSlider.Thumb
        {...(id === undefined ? {} : { id })}
        className="slider-thumb"
        aria-label={label}
        aria-valuetext={valueText}
      />
    </RadixSlider.Root>
  )
}
