/** Designs in and out: files, links, presets. */
import { ClipboardCopy, FilePlus2, FolderOpen, Library, Link, Save, Share2, Table2 } from 'lucide-react'
import { type Document, emptyDocument, serializeDocument, VertebraError } from '../../engine/index'
import { offerWeights } from '../engine/weights'
import { addressWith } from '../state/address'
import { ownDesign } from '../state/autosave'
import { analysisOf } from '../state/derived'
import { useDocumentStore } from '../state/documentStore'
import { exchange } from '../state/exchange'
import { completeStep } from '../state/firstRun'
import { useRunStore } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import { download } from '../ui/download'
import { formatShape } from '../ui/formatNumber'
import { notify } from '../ui/notify'
import type { Command } from './command'

export const share: Command = {
  id: 'share',
  label: 'Share this design',
  group: 'File',
  icon: Share2,
  run: () => useSessionStore.getState().openDialog('share'),
}

export const copyLink: Command = {
  id: 'copyLink',
  label: 'Copy link',
  group: 'File',
  icon: Link,
  run: () => copyLinkNow({ positions: true }),
}

export async function copyLinkNow(options: { readonly positions: boolean }): Promise<void> {
  const { encodeLink } = await exchange()
  const link = addressWith(encodeLink(useDocumentStore.getState().document, options))
  try {
    await navigator.clipboard.writeText(link)
    completeStep('copy')
    notify.info(`Link copied: ${link.length} characters. The picture and weights are not in it.`)
  } catch {
    useSessionStore.getState().openDialog('share')
    notify.problem(
      'This browser does not let the page write to the clipboard; copy the link from the dialog.',
    )
  }
}

export const openPresets: Command = {
  id: 'presets',
  label: 'Open a preset',
  group: 'File',
  icon: Library,
  run: () => useSessionStore.getState().openDialog('presets'),
}

export const saveFile: Command = {
  id: 'saveFile',
  label: 'Save as file',
  group: 'File',
  icon: Save,
  shortcuts: ['mod+s'],
  run: () => {
    const { document: design } = useDocumentStore.getState()
    download(`${fileName(design.name)}.vertebra.json`, serializeDocument(design), 'application/json')
    notify.info('Saved as a file. This device keeps a copy as well.')
  },
}

export const saveLayers: Command = {
  id: 'saveLayers',
  label: 'Save the layer table (CSV)',
  group: 'File',
  icon: Table2,
  run: () => {
    const { document: design } = useDocumentStore.getState()
    download(`${fileName(design.name)}.layers.csv`, layersAsCsv(design), 'text/csv')
  },
}

/** Exact figures, one row per layer, for spreadsheets. */
function layersAsCsv(design: Document): string {
  const rows = analysisOf(design).layers.map((layer) => [
    layer.path,
    layer.title,
    layer.module,
    layer.instances,
    layer.inputs.map(formatShape).join(' + '),
    formatShape(layer.output),
    layer.cost.params.trainable + layer.cost.params.frozen,
    layer.cost.macs.total,
    layer.cost.flops,
    layer.cost.activationBytes,
  ])
  const header = [
    'path',
    'title',
    'module',
    'instances',
    'input',
    'output',
    'params',
    'macs',
    'flops',
    'activation_bytes',
  ]
  return [header, ...rows].map((row) => row.map(csvCell).join(',')).join('\n')
}

const csvCell = (value: string | number): string =>
  typeof value === 'number' || !/[",\n]/.test(value) ? String(value) : `"${value.replaceAll('"', '""')}"`

export const openFile: Command = {
  id: 'openFile',
  label: 'Open file',
  group: 'File',
  icon: FolderOpen,
  shortcuts: ['mod+o'],
  run: () =>
    chooseFile('.json,.safetensors,application/json', (file) => {
      if (file.name.endsWith('.safetensors')) void offerWeights(file)
      else void openDesignFile(file)
    }),
}

/** Asks for one file, from a click or a key press. */
export function chooseFile(accept: string, take: (file: File) => void): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = accept
  input.addEventListener('change', () => {
    const file = input.files?.[0]
    if (file) take(file)
  })
  input.click()
}

/** Opens a design from a file; one that cannot be read changes nothing and says why. */
export async function openDesignFile(file: File): Promise<void> {
  try {
    const { parseDocument } = await exchange()
    const design = parseDocument(await file.text())
    useDocumentStore.getState().open(design, `Open file ${file.name}`, 'file')
    useSessionStore.getState().select([])
  } catch (error) {
    if (!(error instanceof VertebraError)) throw error
    notify.problem(`${file.name} cannot be opened: ${error.message}`)
  }
}

export const newDesign: Command = {
  id: 'new',
  label: 'New blank design',
  group: 'File',
  icon: FilePlus2,
  run: () => {
    useDocumentStore.getState().open(emptyDocument('Untitled'), 'New blank design', 'own')
    useSessionStore.getState().select([])
  },
}

export const backToOwn: Command = {
  id: 'backToOwn',
  label: 'Back to my own design',
  group: 'File',
  icon: ClipboardCopy,
  enabled: () => useRunStore.getState().sharedBanner !== null,
  run: async () => {
    const own = await ownDesign()
    if (own) useDocumentStore.getState().open(own, 'Back to my own design', 'own')
    else notify.info('There is no design of your own on this device yet.')
    useRunStore.getState().set({ sharedBanner: null })
  },
}

/** From now on the shared design is the own one, and saved as such. */
export const keepShared: Command = {
  id: 'keepShared',
  label: 'Keep the shared design as mine',
  group: 'File',
  icon: Save,
  enabled: () => useRunStore.getState().sharedBanner !== null,
  run: () => {
    const { document: design, open } = useDocumentStore.getState()
    open({ ...design }, `Keep ${design.name}`, 'own')
    useRunStore.getState().set({ sharedBanner: null })
  },
}

const fileName = (name: string): string => name.trim().replace(/[^\w.-]+/g, '_') || 'design'
