import { Cpu, TriangleAlert, X } from 'lucide-react'
import { useState } from 'react'
import { run } from '../commands'
import { useRunStore, whyNothingRuns } from '../state/runStore'
import { Button } from '../ui/Button'
import { IconButton } from '../ui/IconButton'
import './Banners.css'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const

export function Banners() {
  return (
    <>
      <SharedBanner />
      <NoGpuBanner />
      <SoftwareBanner />
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
  const reason = useRunStore(whyNothingRuns)
  const [isClosed, setClosed] = useState(false)
  if (reason === null || isClosed) return null
  return (
    <div className="banner banner-warning" role="status">
      <TriangleAlert {...icon} />
      <span>{reason} The CPU runs designs too, only slower than a GPU would.</span>
      <Button look="link" onClick={() => run('runOnCpu')}>
        Run on the CPU
      </Button>
      <span className="banner-space" />
      <IconButton label="Close" onClick={() => setClosed(true)}>
        <X {...icon} />
      </IconButton>
    </div>
  )
}

const closedKey = 'vertebra.softwareBanner'

/** WebGPU computed by the processor is many times slower than the processor by itself. */
function SoftwareBanner() {
  const name = useRunStore(({ device, processor }) =>
    processor === 'gpu' && device?.available && device.isSoftware ? device.name : null,
  )
  const [isClosed, setClosed] = useState(() => localStorage.getItem(closedKey) !== null)
  if (name === null || isClosed) return null
  const close = () => {
    localStorage.setItem(closedKey, 'closed')
    setClosed(true)
  }
  return (
    <div className="banner" role="status">
      <Cpu {...icon} />
      <span>
        WebGPU is computed in software here ({name}). The CPU runs the same design many times faster by
        itself.
      </span>
      <Button look="link" onClick={() => run('runOnCpu')}>
        Run on the CPU
      </Button>
      <span className="banner-space" />
      <IconButton label="Stay with WebGPU" onClick={close}>
        <X {...icon} />
      </IconButton>
    </div>
  )
}
