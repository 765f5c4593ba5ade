/** What this person is looking at right now: never shared, never undone; the theme alone is remembered. */
import { create } from 'zustand'
import type { EdgeRef, PathKey } from './paths'
import { isInside, parentOf } from './paths'

export type Theme = 'dark' | 'light'
export type TintMetric = 'latency' | 'macs' | 'params' | 'memory' | 'none'
export type PanelName = 'left' | 'right' | 'dock'
export type DialogName = 'share' | 'presets' | 'shortcuts' | 'commands' | null

/** What is in the hand, or armed by a click: a new module, a block template, or a node that is already in the design. */
export type Dragged =
  | { readonly kind: 'module'; readonly module: string }
  | { readonly kind: 'template'; readonly template: string }
  | { readonly kind: 'node'; readonly path: PathKey }

/** Where it may go. */
export type DropTarget =
  | { readonly kind: 'replace'; readonly path: PathKey }
  | ({ readonly kind: 'insert' } & EdgeRef)
  | {
      readonly kind: 'add'
      readonly graph: PathKey
      readonly position: { readonly x: number; readonly y: number }
    }

export interface DragState {
  readonly dragged: Dragged
  /** `pointer`: follows the pointer, released to drop. `armed`: clicked in the palette, the next click on a target drops. */
  readonly mode: 'pointer' | 'armed'
  /** Client coordinates of the pointer. */
  readonly x: number
  readonly y: number
  readonly over: DropTarget | null
  /** Why the place under the pointer refuses, as a sentence. */
  readonly refusal: string | null
  /** Alt: replace in this instance only. */
  readonly isThisInstanceOnly: boolean
}

/** A link being drawn from one node to another. */
export interface Connecting {
  readonly graph: PathKey
  readonly from: string
}

/** What the picker (command palette with one job) chooses for. */
export type PickerPurpose =
  | { readonly kind: 'replace'; readonly path: PathKey }
  | { readonly kind: 'insertAfter'; readonly path: PathKey }
  | {
      readonly kind: 'connectNew'
      readonly graph: PathKey
      readonly from: string
      readonly position: { readonly x: number; readonly y: number }
    }
  | null

/** A wish to the canvas, which owns the camera. `serial` tells two equal wishes apart. */
export interface CameraWish {
  readonly kind: 'fit' | 'fitSelection' | 'zoomIn' | 'zoomOut' | 'actualSize' | 'show'
  readonly path?: PathKey
  readonly serial: number
}

export interface SessionState {
  readonly selection: readonly PathKey[]
  readonly selectedEdge: EdgeRef | null
  /** Which instance of the repeated group around the selection is edited; null edits all of them. */
  readonly instance: { readonly group: PathKey; readonly index: number } | null
  /** The group that fills the canvas; '' is the whole design. */
  readonly root: PathKey
  /** The group unfolded in the lens under the row; null when none is. */
  readonly lens: PathKey | null
  readonly hovered: PathKey | null
  readonly hoveredEdge: EdgeRef | null
  readonly drag: DragState | null
  readonly connecting: Connecting | null
  readonly picker: PickerPurpose
  readonly dialog: DialogName
  /** The kernel of the last run whose shader is shown. */
  readonly shownKernel: number | null
  readonly dockTab: string
  readonly isDockMaximised: boolean
  readonly panels: { readonly [P in PanelName]: boolean }
  readonly leftTab: 'palette' | 'outline'
  readonly paletteSearch: string
  readonly theme: Theme
  readonly tint: TintMetric
  readonly camera: CameraWish | null
  /** Zoom of the canvas, told by the canvas; 1 is 100 %. */
  readonly zoom: number
  /** Position on the depth slider of the receptive-field panel; null follows the selection. */
  readonly fieldDepth: number | null
  readonly batch: number
  readonly isLive: boolean
  /** Single-letter shortcuts can be switched off (WCAG 2.1.4). */
  readonly hasLetterKeys: boolean
  /** Last sentence for the polite live region. */
  readonly announcement: string

  select(paths: readonly PathKey[]): void
  toggleSelected(path: PathKey): void
  selectEdge(edge: EdgeRef | null): void
  editInstance(instance: SessionState['instance']): void
  openLens(path: PathKey | null): void
  setRoot(path: PathKey): void
  hover(path: PathKey | null): void
  hoverEdge(edge: EdgeRef | null): void
  startDrag(dragged: Dragged, x: number, y: number): void
  arm(dragged: Dragged): void
  moveDrag(x: number, y: number, isThisInstanceOnly: boolean): void
  aim(over: DropTarget | null, refusal: string | null): void
  endDrag(): void
  startConnecting(connecting: Connecting | null): void
  openPicker(purpose: PickerPurpose): void
  openDialog(dialog: DialogName): void
  showKernel(index: number | null): void
  showDockTab(tab: string): void
  toggleDockMaximised(): void
  togglePanel(panel: PanelName): void
  setPanels(panels: Partial<SessionState['panels']>): void
  setLeftTab(tab: SessionState['leftTab']): void
  searchPalette(text: string): void
  setTheme(theme: Theme): void
  setTint(tint: TintMetric): void
  wishCamera(kind: CameraWish['kind'], path?: PathKey): void
  setZoom(zoom: number): void
  setFieldDepth(depth: number | null): void
  setBatch(batch: number): void
  setLive(isLive: boolean): void
  setLetterKeys(isOn: boolean): void
  announce(sentence: string): void
}

export const useSessionStore = create<SessionState>()((set, get) => ({
  selection: [],
  selectedEdge: null,
  instance: null,
  root: '',
  lens: null,
  hovered: null,
  hoveredEdge: null,
  drag: null,
  connecting: null,
  picker: null,
  dialog: null,
  shownKernel: null,
  dockTab: 'attention',
  isDockMaximised: false,
  panels: { left: true, right: true, dock: true },
  leftTab: 'palette',
  paletteSearch: '',
  theme: 'dark',
  tint: 'latency',
  camera: null,
  zoom: 1,
  fieldDepth: null,
  batch: 1,
  isLive: true,
  hasLetterKeys: true,
  announcement: '',

  select: (selection) => {
    const { instance } = get()
    const only = selection.length === 1 ? selection[0] : undefined
    const keepsInstance = instance && only !== undefined && isInside(only, instance.group)
    set({ selection, selectedEdge: null, instance: keepsInstance ? instance : null })
  },
  toggleSelected: (path) => {
    const { selection, select } = get()
    select(selection.includes(path) ? selection.filter((other) => other !== path) : [...selection, path])
  },
  selectEdge: (selectedEdge) => set({ selectedEdge, selection: [], instance: null }),
  editInstance: (instance) => set({ instance }),
  openLens: (lens) => set({ lens }),
  setRoot: (root) => set({ root, lens: null }),
  hover: (hovered) => get().hovered !== hovered && set({ hovered }),
  hoverEdge: (hoveredEdge) => set({ hoveredEdge }),

  startDrag: (dragged, x, y) =>
    set({
      drag: { dragged, mode: 'pointer', x, y, over: null, refusal: null, isThisInstanceOnly: false },
      connecting: null,
    }),
  arm: (dragged) =>
    set({
      drag: { dragged, mode: 'armed', x: 0, y: 0, over: null, refusal: null, isThisInstanceOnly: false },
      connecting: null,
    }),
  moveDrag: (x, y, isThisInstanceOnly) =>
    set(({ drag }) => (drag ? { drag: { ...drag, x, y, isThisInstanceOnly } } : {})),
  aim: (over, refusal) => set(({ drag }) => (drag ? { drag: { ...drag, over, refusal } } : {})),
  endDrag: () => set({ drag: null }),
  startConnecting: (connecting) => set({ connecting }),

  openPicker: (picker) => set({ picker }),
  openDialog: (dialog) => set({ dialog }),
  showKernel: (shownKernel) => set({ shownKernel }),
  showDockTab: (dockTab) => set(({ panels }) => ({ dockTab, panels: { ...panels, dock: true } })),
  toggleDockMaximised: () => set(({ isDockMaximised }) => ({ isDockMaximised: !isDockMaximised })),
  togglePanel: (panel) => set(({ panels }) => ({ panels: { ...panels, [panel]: !panels[panel] } })),
  setPanels: (changed) => set(({ panels }) => ({ panels: { ...panels, ...changed } })),
  setLeftTab: (leftTab) => set(({ panels }) => ({ leftTab, panels: { ...panels, left: true } })),
  searchPalette: (paletteSearch) => set({ paletteSearch }),
  setTheme: (theme) => set({ theme }),
  setTint: (tint) => set({ tint }),
  wishCamera: (kind, path) =>
    set(({ camera }) => ({
      camera: { kind, ...(path === undefined ? {} : { path }), serial: (camera?.serial ?? 0) + 1 },
    })),
  setZoom: (zoom) => get().zoom !== zoom && set({ zoom }),
  setFieldDepth: (fieldDepth) => set({ fieldDepth }),
  setBatch: (batch) => set({ batch }),
  setLive: (isLive) => set({ isLive }),
  setLetterKeys: (hasLetterKeys) => set({ hasLetterKeys }),
  announce: (announcement) => set({ announcement }),
}))

/** The graph that new nodes go into when nothing says otherwise: around the selection, else the lens, else the root. */
export function currentGraph({ selection, lens, root }: SessionState): PathKey {
  const first = selection[0]
  return first === undefined ? (lens ?? root) : parentOf(first)
}
