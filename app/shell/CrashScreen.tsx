import { Component, type ReactNode } from 'react'
import { serializeDocument } from '../../engine/index'
import { useDocumentStore } from '../state/documentStore'
import { Button } from '../ui/Button'
import './CrashScreen.css'

/** A fault of ours stops the drawing, never the design: it can be saved from here and is saved on this device. */
export class CrashScreen extends Component<
  { readonly children: ReactNode },
  { readonly fault: Error | null }
> {
  override state = { fault: null as Error | null }

  static getDerivedStateFromError(fault: Error) {
    return { fault }
  }

  override render() {
    const { fault } = this.state
    if (!fault) return this.props.children
    return (
      <main className="crash">
        <h1>The page stopped. Your design is safe.</h1>
        <p className="muted">This is a fault of ours: {fault.message}</p>
        <div className="crash-actions">
          <Button look="filled" onClick={() => location.reload()}>
            Load the page again
          </Button>
          <Button onClick={undoLastEdit}>Undo the last edit and go on</Button>
          <a download="design.vertebra.json" href={designAsUrl()}>
            Save the design as a file
          </a>
        </div>
      </main>
    )
  }
}

const designAsUrl = (): string =>
  `data:application/json,${encodeURIComponent(serializeDocument(useDocumentStore.getState().document))}`

function undoLastEdit(): void {
  useDocumentStore.getState().undo()
  // Autosave keeps the design; half a second lets it.
  setTimeout(() => location.reload(), 700)
}
