/** Copy, cut and paste of nodes as text, so that they travel between tabs and into messages. */
import { ClipboardPaste, Copy, Scissors } from 'lucide-react'
import {
  copyNodes,
  type Fragment,
  pasteNodes,
  removeNodes,
  serializeFragment,
  VertebraError,
} from '../../engine/index'
import { takePictures } from '../engine/pictures'
import { openLink } from '../state/address'
import { useDocumentStore } from '../state/documentStore'
import { exchange } from '../state/exchange'
import { pathOf } from '../state/paths'
import { currentGraph, useSessionStore } from '../state/sessionStore'
import { notify } from '../ui/notify'
import type { Command } from './command'
import { edit, editAndSelect } from './edit'
import { areInOneGraph, namesOf, selectedNodes } from './subject'

/** For pages that may not read the clipboard, and for the menu. */
let lastCopied: Fragment | null = null

const canCopy = () => selectedNodes().length > 0 && areInOneGraph(selectedNodes())

function copySelection(): void {
  const nodes = selectedNodes()
  lastCopied = copyNodes(
    useDocumentStore.getState().document,
    nodes.map((node) => node.path),
  )
  // Where the page may not write to the clipboard, nodes still travel within it.
  void navigator.clipboard?.writeText(serializeFragment(lastCopied))?.catch(() => undefined)
  useSessionStore.getState().announce(`Copied ${namesOf(nodes)}`)
}

export const copy: Command = {
  id: 'copy',
  label: 'Copy',
  group: 'Edit',
  icon: Copy,
  shortcuts: ['mod+c'],
  enabled: canCopy,
  run: copySelection,
}

export const cut: Command = {
  id: 'cut',
  label: 'Cut',
  group: 'Edit',
  icon: Scissors,
  shortcuts: ['mod+x'],
  enabled: canCopy,
  run: () => {
    const nodes = selectedNodes()
    copySelection()
    const isRemoved = edit(`Cut ${namesOf(nodes)}`, (document) =>
      removeNodes(
        document,
        nodes.map((node) => node.path),
      ),
    )
    if (isRemoved) useSessionStore.getState().select([])
  },
}

/** The key itself is the browser's: its paste event brings the text without asking for permission (`takePasted`). */
export const paste: Command = {
  id: 'paste',
  label: 'Paste',
  group: 'Edit',
  icon: ClipboardPaste,
  shortcuts: ['mod+v'],
  enabled: () => lastCopied !== null,
  run: () => {
    if (lastCopied) pasteFragment(lastCopied)
  },
}

/** What the browser's paste event brought: nodes, a link to a design, or pictures. Returns whether it was for us. */
export function takePasted(data: DataTransfer): boolean {
  const pictures = [...data.files].filter((file) => file.type.startsWith('image/'))
  if (pictures.length > 0) {
    const named = pictures.map((file) => ({ name: nameOfPasted(file), blob: file }))
    void takePictures(named, 'clipboard')
    return true
  }
  const text = data.getData('text/plain').trim()
  if (text === '') {
    if (lastCopied) pasteFragment(lastCopied)
    return lastCopied !== null
  }
  const hash = /#v\d+\.[\w-]+/.exec(text)?.[0]
  void (hash !== undefined && !text.startsWith('{') ? pasteLink(hash) : pasteText(text))
  return true
}

/** Browsers call every picture on the clipboard image.png. */
const nameOfPasted = ({ name }: File): string => (/^(image\.\w+)?$/.test(name) ? 'Pasted picture' : name)

async function pasteLink(hash: string): Promise<void> {
  const opened = await openLink(hash)
  if (opened.kind === 'refused') notify.problem(opened.reason)
}

async function pasteText(text: string): Promise<void> {
  const { parseFragment } = await exchange()
  try {
    pasteFragment(parseFragment(text))
  } catch (error) {
    if (!(error instanceof VertebraError)) throw error
    notify.problem('What is on the clipboard is neither nodes of Vertebra nor a link to a design.')
  }
}

function pasteFragment(fragment: Fragment): void {
  const graph = currentGraph(useSessionStore.getState())
  editAndSelect('Paste', (document) => pasteNodes(document, pathOf(graph), fragment))
}
