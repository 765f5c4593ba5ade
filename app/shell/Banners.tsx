import { TriangleAlert, X } from 'lucide-react'
import { useState } from 'react'
import { run } from '../commands'
import { useRunStore } from '../state/runStore'
import { Button } from '../ui/Button'
import { IconButton } from '../ui/IconButton'
import './Banners.css'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const

export function Banners() {
  return (
    <>
      <SharedBanner />
      <NoGpuBanner />
    </>
  )
}

function SharedBanner() {
  const name = useRunStore((state) => state.sharedBanner)
  if (name === null) return null
  return (
    <div className="banner" role="status">
      <span>
        Shared design: <b>{name}</b>. Your own design is kept; edits here do not touch it.
      </span>
      <Button look="link" onClick={() => run('backToOwn')}>
        Back to my design
      </Button>
      <Button look="link" onClick={() => run('keepShared')}>
        Keep this one as mine
      </Button>
      <span className="banner-space" />
      <IconButton label="Close" onClick={() => useRunStore.getState().set({ sharedBanner: null })}>
        <X {...icon} />
      </IconButton>
    </div>
  )
}

function NoGpuBanner() {
  const reason = useRunStore((state) => (state.device?.available === false ? state.device.reason : null))
  const [isClosed, setClosed] = useState(false)
  if (reason === null || isClosed) return null
  return (
    <div className="banner banner-warning" role="status">
      <TriangleAlert {...icon} />
      <span>{reason} Everything but latency and attention is here and exact.</span>
      <Button look="link" onClick={() => run('runOnCpu')}>
        Run on the CPU, slowly
      </Button>
      <span className="banner-space" />
      <IconButton label="Close" onClick={() => setClosed(true)}>
        <X {...icon} />
      </IconButton>
    </div>
  )
}
