import { afterEach, beforeEach, expect, test } from 'vitest'
import { presets } from '../../engine/catalogue'
import { keepDesignInView } from '../state/keepInView'
import { useSessionStore } from '../state/sessionStore'
import { openPreset } from './presets'

let stop: () => void
beforeEach(() => {
  stop = keepDesignInView()
})
afterEach(() => stop())

test('a preset opens at its deepest stage, wherever the reader was', () => {
  useSessionStore.getState().setRoot('stages.2')
  const resnet = presets.find(({ id }) => id === 'resnet50')
  if (!resnet) throw new Error('no such preset')
  openPreset(resnet)
  expect(useSessionStore.getState()).toMatchObject({ root: '', lens: 'layer3', selection: [] })
})
