import {
  ChevronDown,
  CircleHelp,
  FileJson,
  FilePlus2,
  FolderOpen,
  LibraryBig,
  Link,
  Moon,
  Pencil,
  Redo2,
  Search,
  Sun,
  Table2,
  Undo2,
  Upload,
} from 'lucide-react'
import { useState } from 'react'
import { setInput, setName } from '../../engine/index'
import { run, shortcutOf } from '../commands'
import { edit } from '../commands/edit'
import { Mark } from '../glyphs/Mark'
import { type DocumentState, isEdited, useDocumentStore } from '../state/documentStore'
import { type RunState, useRunStore, whyNothingRuns } from '../state/runStore'
import { useSessionStore } from '../state/sessionStore'
import type { WidthClass } from '../state/widthClass'
import { Button } from '../ui/Button'
import { IconButton } from '../ui/IconButton'
import { Menu } from '../ui/Menu'
import { Popover } from '../ui/Popover'
import { Stepper } from '../ui/Stepper'
import { Tooltip } from '../ui/Tooltip'
import './TopBar.css'

const icon = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const

export function TopBar({ width }: { readonly width: WidthClass }) {
  return (
    <header className="top-bar" data-region="top bar">
      <h1 className="spoken">Vertebra</h1>
      <Mark />
      <DesignName />
      {width !== 'narrow' && <DesignState />}
      <span className="top-bar-line" />
      <HistoryButtons isShort={width === 'narrow'} />
      {width !== 'narrow' && (
        <>
          <span className="top-bar-line" />
          <Button look="quiet" icon={<LibraryBig {...icon} />} onClick={() => run('presets')}>
            Presets
          </Button>
        </>
      )}
      <span className="top-bar-space" />
      {width === 'wide' && (
        <>
          <InputSize />
          <Batch />
        </>
      )}
      {width !== 'narrow' && <LiveButton />}
      {width !== 'narrow' && <span className="top-bar-line" />}
      <IconButton label="Command palette" shortcut={shortcutOf('commands')} onClick={() => run('commands')}>
        <Search {...icon} />
      </IconButton>
      {width !== 'narrow' && (
        <>
          <IconButton
            label="Shortcuts and help"
            shortcut={shortcutOf('shortcuts')}
            onClick={() => run('shortcuts')}
          >
            <CircleHelp {...icon} />
          </IconButton>
          <ThemeButton />
          <ExportMenu />
        </>
      )}
      <Button look="filled" icon={<Link {...icon} />} onClick={() => run('share')}>
        Share
      </Button>
    </header>
  )
}

const designName = (state: DocumentState) => state.document.name

function DesignName() {
  const name = useDocumentStore(designName)
  const [isRenaming, setRenaming] = useState(false)
  if (isRenaming) return <NameField name={name} onDone={() => setRenaming(false)} />
  return (
    <Menu
      items={[
        { label: 'Rename', icon: <Pencil {...icon} size={14} />, onSelect: () => setRenaming(true) },
        'line',
        { label: 'New blank design', icon: <FilePlus2 {...icon} size={14} />, onSelect: () => run('new') },
        { label: 'Open a preset', icon: <LibraryBig {...icon} size={14} />, onSelect: () => run('presets') },
        {
          label: 'Open file',
          icon: <FolderOpen {...icon} size={14} />,
          shortcut: shortcutOf('openFile'),
          onSelect: () => run('openFile'),
        },
        {
          label: 'Save as file',
          icon: <FileJson {...icon} size={14} />,
          shortcut: shortcutOf('saveFile'),
          onSelect: () => run('saveFile'),
        },
      ]}
    >
      <button type="button" className="design-name" aria-label={`Design ${name}: rename, open, save`}>
        <span className="ellipsis">{name}</span>
        <ChevronDown size={14} strokeWidth={1.6} aria-hidden="true" />
      </button>
    </Menu>
  )
}

function NameField({ name, onDone }: { readonly name: string; readonly onDone: () => void }) {
  const [typed, setTyped] = useState(name)
  const commit = () => {
    onDone()
    const trimmed = typed.trim()
    if (trimmed !== '' && trimmed !== name)
      edit(`Rename to ${trimmed}`, (document) => setName(document, trimmed))
  }
  return (
    <input
      className="design-name-field"
      aria-label="Name of the design"
      // The field replaces the menu that asked for it.
      // biome-ignore lint/a11y/noAutofocus: focus follows the person's own action
      autoFocus
      maxLength={80}
      value={typed}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
        if (event.key === 'Escape') onDone()
      }}
    />
  )
}

const designState = (state: DocumentState) =>
  isEdited(state) ? 'edited' : state.origin === 'own' ? '' : state.origin

const DesignState = () => <span className="top-bar-state">{useDocumentStore(designState)}</span>

const lastLabel = (state: DocumentState) => state.past.at(-1)?.label
const nextLabel = (state: DocumentState) => state.future.at(-1)?.label

function HistoryButtons({ isShort }: { readonly isShort: boolean }) {
  const last = useDocumentStore(lastLabel)
  const next = useDocumentStore(nextLabel)
  return (
    <>
      <IconButton
        label={last === undefined ? 'Undo' : `Undo: ${last}`}
        shortcut={shortcutOf('undo')}
        disabled={last === undefined}
        onClick={() => run('undo')}
      >
        <Undo2 {...icon} />
      </IconButton>
      {!isShort && (
        <IconButton
          label={next === undefined ? 'Redo' : `Redo: ${next}`}
          shortcut={shortcutOf('redo')}
          disabled={next === undefined}
          onClick={() => run('redo')}
        >
          <Redo2 {...icon} />
        </IconButton>
      )}
    </>
  )
}

const inputHeight = (state: DocumentState) => state.document.input.height
const inputWidth = (state: DocumentState) => state.document.input.width
const usualSizes = [96, 128, 160, 192, 224, 256, 288, 384]

function InputSize() {
  const height = useDocumentStore(inputHeight)
  const width = useDocumentStore(inputWidth)
  const resize = (size: { readonly height?: number; readonly width?: number }, gesture?: string) =>
    edit(
      `Set input to ${size.height ?? height} × ${size.width ?? width}`,
      (document) => setInput(document, size),
      gesture,
    )
  return (
    <div className="top-bar-setting">
      <span className="muted" aria-hidden="true">
        Input
      </span>
      <Popover
        label="Input size"
        align="end"
        trigger={
          <button type="button" className="top-bar-value" aria-label={`Input ${height} by ${width} pixels`}>
            {height} × {width}
          </button>
        }
      >
        <div className="input-size">
          <span>Height</span>
          <Stepper
            label="Input height"
            value={height}
            min={8}
            max={1024}
            step={32}
            onChange={(value) => resize({ height: value }, 'input.height')}
            onGestureEnd={useDocumentStore.getState().endGesture}
          />
          <span>Width</span>
          <Stepper
            label="Input width"
            value={width}
            min={8}
            max={1024}
            step={32}
            onChange={(value) => resize({ width: value }, 'input.width')}
            onGestureEnd={useDocumentStore.getState().endGesture}
          />
        </div>
        <div className="input-size-usual">
          {usualSizes.map((size) => (
            <Button
              key={size}
              aria-pressed={size === height && size === width}
              onClick={() => resize({ height: size, width: size })}
            >
              {size}
            </Button>
          ))}
        </div>
      </Popover>
    </div>
  )
}

function Batch() {
  const batch = useSessionStore((state) => state.batch)
  const setBatch = useSessionStore((state) => state.setBatch)
  return (
    <div className="top-bar-setting">
      <span className="muted" aria-hidden="true">
        Batch
      </span>
      <Popover
        label="Batch size"
        align="end"
        trigger={
          <button type="button" className="top-bar-value" aria-label={`Batch of ${batch}`}>
            {batch}
          </button>
        }
      >
        <div className="input-size">
          <span>Pictures at once</span>
          <Stepper label="Batch size" value={batch} min={1} max={64} onChange={setBatch} />
        </div>
        <p className="input-size-note">Only latency depends on it. Figures are for one picture.</p>
      </Popover>
    </div>
  )
}

const liveState = (state: RunState) => {
  const { status } = state
  return whyNothingRuns(state) !== null
    ? 'none'
    : status.kind === 'running'
      ? 'running'
      : status.kind === 'failed'
        ? 'failed'
        : 'idle'
}

function LiveButton() {
  const state = useRunStore(liveState)
  const isLive = useSessionStore((session) => session.isLive)
  if (state === 'none') {
    return (
      <span className="live" data-state="none">
        <span className="live-dot" />
        No GPU
      </span>
    )
  }
  return (
    <Tooltip
      text={isLive ? 'Runs after each edit. Press to pause.' : 'Paused. Press to run after each edit.'}
    >
      <button
        type="button"
        className="live"
        aria-pressed={isLive}
        data-state={isLive ? state : 'paused'}
        onClick={() => run('toggleLive')}
      >
        <span className="live-dot" />
        {isLive ? 'Live' : 'Paused'}
      </button>
    </Tooltip>
  )
}

function ThemeButton() {
  const theme = useSessionStore((state) => state.theme)
  return (
    <IconButton label={theme === 'dark' ? 'Light theme' : 'Dark theme'} onClick={() => run('toggleTheme')}>
      {theme === 'dark' ? <Sun {...icon} /> : <Moon {...icon} />}
    </IconButton>
  )
}

function ExportMenu() {
  return (
    <Menu
      align="end"
      items={[
        {
          label: 'Design as a file',
          hint: 'JSON',
          icon: <FileJson {...icon} size={14} />,
          shortcut: shortcutOf('saveFile'),
          onSelect: () => run('saveFile'),
        },
        {
          label: 'Layer table',
          hint: 'CSV',
          icon: <Table2 {...icon} size={14} />,
          onSelect: () => run('saveLayers'),
        },
      ]}
    >
      <Button icon={<Upload {...icon} />}>Export</Button>
    </Menu>
  )
}
