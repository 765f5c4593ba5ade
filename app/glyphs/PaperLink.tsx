import { FileText } from 'lucide-react'
import type { ModuleDefinition } from '../../engine/index'
import './PaperLink.css'

type Paper = NonNullable<ModuleDefinition['paper']>

/** Who wrote about it, when and under which title. */
export const PaperLink = ({ paper }: { readonly paper: Paper }) => (
  <a className="paper-link" href={paper.url} target="_blank" rel="noreferrer">
    <FileText size={14} strokeWidth={1.6} aria-hidden="true" />
    <span>
      {paper.authors} {paper.year}, <cite>{paper.title}</cite>
    </span>
  </a>
)
