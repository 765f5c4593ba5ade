import { run } from '../../commands'
import { costAt, useShownAnalysis } from '../../state/derived'
import type { PathKey } from '../../state/paths'
import { Button } from '../../ui/Button'
import { formatExactCount } from '../../ui/formatNumber'

/** Several nodes: their sum, and what can be done to all of them. */
export function SelectionSummary({ selection }: { readonly selection: readonly PathKey[] }) {
  const analysis = useShownAnalysis()
  const costs = selection.flatMap((key) => costAt(analysis, key)?.all ?? [])
  const params = costs.reduce((sum, cost) => sum + cost.params.trainable + cost.params.frozen, 0)
  const macs = costs.reduce((sum, cost) => sum + cost.macs.total, 0)
  return (
    <>
      <section className="inspector-section">
        <h2>{selection.length} nodes</h2>
      </section>
      <section className="inspector-section">
        <table className="inspector-table">
          <tbody>
            <tr>
              <th scope="row">Params</th>
              <td>{formatExactCount(params)}</td>
            </tr>
            <tr>
              <th scope="row">MACs</th>
              <td>{formatExactCount(macs)}</td>
            </tr>
          </tbody>
        </table>
      </section>
      <section className="inspector-section inspector-actions">
        <Button onClick={() => run('group')}>Group</Button>
        <Button onClick={() => run('duplicate')}>Duplicate</Button>
        <Button onClick={() => run('bypass')}>Bypass</Button>
        <Button onClick={() => run('delete')}>Delete</Button>
      </section>
    </>
  )
}
