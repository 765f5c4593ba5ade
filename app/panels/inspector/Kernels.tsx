import { Code, FileText, Frame, Grid3x3 } from 'lucide-react'
import { findModule, type KernelReport, type ModuleNode } from '../../../engine/index'
import { factsAt, useAnalysis } from '../../state/derived'
import { useDocumentStore } from '../../state/documentStore'
import { isInside, type PathKey } from '../../state/paths'
import { useRunStore } from '../../state/runStore'
import { useSessionStore } from '../../state/sessionStore'
import { Button } from '../../ui/Button'
import { formatMsDigits } from '../../ui/formatNumber'
import { useInstanceOf } from './editedModule'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const

/** The shaders that this node became in the last run, and where to read on. */
export function Kernels({ path, node }: { readonly path: PathKey; readonly node: ModuleNode }) {
  const facts = factsAt(useAnalysis(), path)
  const result = useRunStore((state) => state.result)
  const profile = useRunStore((state) => state.profile)
  const isStale = useRunStore((state) => state.ranDocument) !== useDocumentStore((state) => state.document)
  const instance = useInstanceOf(path)
  const scope = facts?.instancePaths[instance?.index ?? 0]
  const kernels = (result?.kernels ?? [])
    .map((kernel, index) => ({ kernel, index }))
    .filter(({ kernel }) => scope !== undefined && isInside(kernel.scopes[0] ?? '', scope))
  const { showKernel, showDockTab } = useSessionStore.getState()
  const paper = findModule(node.module)?.paper
  const first = kernels[0]
  return (
    <section className="inspector-section" aria-label="Kernels">
      {kernels.length > 0 && (
        <div className={isStale ? 'is-stale' : ''}>
          <div className="inspector-heading">
            <h3>
              Kernels <span className="faint">{kernels.length}</span>
            </h3>
            {profile && <span className="label faint">ms</span>}
          </div>
          {kernels.map(({ kernel, index }) => (
            <button type="button" key={index} className="inspector-kernel" onClick={() => showKernel(index)}>
              <span className="inspector-kernel-family mono">{kernel.family}</span>
              <span className="inspector-kernel-label ellipsis">{wordsOf(kernel)}</span>
              <span>
                {formatKernelMs(profile?.kernels.find((measured) => measured.index === index)?.median)}
              </span>
            </button>
          ))}
        </div>
      )}
      <p className="inspector-links">
        {paper && (
          <a
            href={paper.url}
            target="_blank"
            rel="noreferrer"
            title={`${paper.authors} ${paper.year}: ${paper.title}`}
          >
            <FileText {...icon} />
            Paper
          </a>
        )}
        {first && (
          <Button look="link" icon={<Code {...icon} />} onClick={() => showKernel(first.index)}>
            WGSL
          </Button>
        )}
        <Button look="link" icon={<Frame {...icon} />} onClick={() => showDockTab('field')}>
          Field
        </Button>
        <Button look="link" icon={<Grid3x3 {...icon} />} onClick={() => showDockTab('features')}>
          Features
        </Button>
      </p>
    </section>
  )
}

/** The label often begins with the family, which stands beside it. */
const wordsOf = ({ label, family, variant }: KernelReport): string =>
  label.startsWith(family) ? label.slice(family.length).replace(/^[,\s]+/, '') || variant : label

const formatKernelMs = (ms: number | undefined): string => (ms === undefined ? '' : formatMsDigits(ms))
