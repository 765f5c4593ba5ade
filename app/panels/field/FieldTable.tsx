import { useEffect, useRef } from 'react'
import type { Depth } from './depths'
import { reachText, sizeText, startText, strideText } from './fieldWords'

interface FieldTableProps {
  readonly depths: readonly Depth[]
  readonly current: number
  readonly onChoose: (index: number) => void
}

/** The chart's twin: the field after every layer, in figures. */
export function FieldTable({ depths, current, onChoose }: FieldTableProps) {
  const row = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    if (current >= 0) row.current?.scrollIntoView({ block: 'nearest' })
  }, [current])
  return (
    <div className="field-table-scroll">
      <table className="field-table small" aria-label="Receptive fields by depth">
        <thead>
          <tr>
            <th scope="col">Depth</th>
            <th scope="col">Layer</th>
            <th scope="col">Size</th>
            <th scope="col">Stride</th>
            <th scope="col">Start</th>
            <th scope="col">Global</th>
          </tr>
        </thead>
        <tbody>
          {depths.map(({ instancePath, name, field }, index) => (
            <tr
              key={instancePath}
              {...(index === current && { ref: row, 'aria-current': 'true' as const })}
              onClick={() => onChoose(index)}
            >
              <td>{index + 1}</td>
              <th scope="row">
                <button type="button" onClick={() => onChoose(index)}>
                  {name}
                </button>
              </th>
              <td>{sizeText(field)}</td>
              <td>{strideText(field)}</td>
              <td>{startText(field)}</td>
              <td>{reachText(field) || 'no'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
