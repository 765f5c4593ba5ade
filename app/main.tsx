import './trustedTypes'
import './styles/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { begin, goOn } from './begin'
import { CrashScreen } from './shell/CrashScreen'

const root = document.getElementById('root')
if (!root) throw new Error('internal: index.html has no #root')

void begin().finally(() =>
  createRoot(root).render(
    <StrictMode>
      <CrashScreen>
        <App onDrawn={goOn} />
      </CrashScreen>
    </StrictMode>,
  ),
)
