import { Handle, Position } from '@xyflow/react'
import type { ModuleDefinition } from '../../engine/index'
import './Ports.css'
import type { Item } from './scene'
import { useConnectLook } from './useConnecting'

interface PortsProps {
  readonly item: Item
  /** Its inputs by name; a group has one. */
  readonly definition?: ModuleDefinition | undefined
  readonly sides?: 'both' | 'in' | 'out'
}

/** The handles of a node: 8 px dots in 28 px of target. A merge takes its branch from below. */
export function Ports({ item, definition, sides = 'both' }: PortsProps) {
  const look = useConnectLook(item)
  const isMerge = item.moduleKind === 'merge'
  const inputs = definition && !isMerge ? definition.inputs : ['input']
  return (
    <>
      {sides !== 'out' &&
        inputs.map((name, index) => (
          <Handle
            key={name}
            id={`in${index}`}
            type="target"
            position={Position.Left}
            className={isMerge ? 'port port-small' : 'port'}
            data-look={look}
            style={{
              top: inputs.length > 1 ? (item.rect.height * (index + 1)) / (inputs.length + 1) : item.axis,
            }}
          >
            {inputs.length > 1 && <span className="port-name">{name}</span>}
          </Handle>
        ))}
      {sides !== 'out' && isMerge && (
        <Handle
          id="in1"
          type="target"
          position={Position.Bottom}
          className="port port-small port-below"
          data-look={look}
        />
      )}
      {sides !== 'in' && (
        <Handle
          id="out"
          type="source"
          position={Position.Right}
          className={isMerge ? 'port port-small' : 'port'}
          style={{ top: item.axis }}
        />
      )}
    </>
  )
}
