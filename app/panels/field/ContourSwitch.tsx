import { Segmented } from '../../ui/Segmented'
import { useFieldSettings } from './fieldSettings'

/** Squares around the place, or lines around what contributes most. */
export function ContourSwitch() {
  const hasContours = useFieldSettings((state) => state.hasContours)
  return (
    <Segmented
      label="Lines"
      value={hasContours ? 'contours' : 'squares'}
      options={[
        { value: 'squares', label: 'Squares' },
        { value: 'contours', label: 'Contours' },
      ]}
      onChange={(chosen) => useFieldSettings.setState({ hasContours: chosen === 'contours' })}
    />
  )
}
