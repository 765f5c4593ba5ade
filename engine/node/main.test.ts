import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findPreset } from '../catalogue'
import { serializeDocument, setAttributes } from '../index'
import { goldenFiles, pathOf } from './testing/goldenFiles'
import { vertebra } from './testing/vertebra'

const scratch = () => mkdtempSync(join(tmpdir(), 'vertebra-test-'))

test('list shows modules and presets', async () => {
  const { code, out } = await vertebra('list', '--json')
  expect(code).toBe(0)
  const lists = JSON.parse(out)
  expect(lists.presets.map(({ name }: { name: string }) => name)).toContain('caformer_s18')
  expect(lists.modules.map(({ id }: { id: string }) => id)).toContain('attention')
  expect((await vertebra('list', 'presets')).out).toContain('vit_tiny_patch16_224')
})

test('analyze counts several designs in one call, as the published figures have them', async () => {
  const { code, out } = await vertebra('analyze', 'resnet18', 'randformer_s12', '--json')
  expect(code).toBe(0)
  const [resnet, randformer] = JSON.parse(out)
  expect(resnet).toMatchObject({
    name: 'resnet18',
    params: { trainable: 11_689_512, frozen: 0 },
    macs: { total: 1_814_073_344 },
    input: { height: 224, width: 224 },
  })
  expect(resnet.nodes.length).toBeGreaterThan(10)
  expect(randformer.params.frozen).toBeGreaterThan(0)
})

test('a smaller input costs less', async () => {
  const { out } = await vertebra('analyze', 'resnet18', '--input', '112', '--json')
  expect(JSON.parse(out)[0].macs.total).toBeLessThan(1_814_073_344 / 3)
})

test('a file and a share link are designs too', async () => {
  const document = findPreset('poolformer_s12')?.document
  if (!document) throw new Error('no preset')
  const file = join(scratch(), 'design.json')
  writeFileSync(file, serializeDocument(document))
  const shared = JSON.parse((await vertebra('share', file, '--json')).out)
  expect(shared.length).toBe(shared.url.length)
  const [analysed] = JSON.parse((await vertebra('analyze', shared.url, '--json')).out)
  const [known] = JSON.parse((await vertebra('analyze', 'poolformer_s12', '--json')).out)
  expect(analysed.macs).toEqual(known.macs)
})

test('links stay short: caformer_s18 under 300 characters, ViT-S under 200', async () => {
  const lengthOf = async (name: string) => JSON.parse((await vertebra('share', name, '--json')).out).length
  expect(await lengthOf('caformer_s18')).toBeLessThan(300)
  expect(await lengthOf('vit_small_patch16_224')).toBeLessThan(200)
})

test.each([
  [
    ['analyze', 'resnet81'],
    1,
    'resnet81 is neither a preset, a file nor a share link; did you mean resnet18',
  ],
  [['analyze'], 2, 'analyze needs a design'],
  [['analyze', 'resnet18', '--batch', '0'], 2, '--batch takes a whole number of at least 1, not 0'],
  [['analyze', 'resnet18', '--depth', '3'], 2, "unknown option '--depth'"],
  [['share', '#v1.cut'], 1, 'vertebra: '],
  [['trane'], 2, 'there is no command trane; known: list, analyze'],
  [['verify', '/nowhere.json'], 1, '/nowhere.json'],
  [
    ['run', 'resnet18', '--image', '/nowhere.png', '--on', 'reference'],
    1,
    '/nowhere.png: there is no such file',
  ],
  [['run', 'resnet18', '--probe', 'spiral', '--on', 'reference'], 1, 'there is no probe spiral'],
  [['run', 'vit_base_patch16_224', '--on', 'reference'], 1, 'takes up to 2 G multiply-adds'],
  [['run', 'resnet18', '--probe', 'grey', '--image', 'a.png'], 2, '--image or --probe, not both'],
])('%s is refused in one line', async (args, code, sentence) => {
  const answer = await vertebra(...args)
  expect(answer.code).toBe(code)
  expect(answer.complaints).toContain(sentence)
  expect(answer.complaints.trimEnd()).not.toContain('\n')
  expect(answer.out).toBe('')
})

test('a design that is broken names the node and the remedy', async () => {
  const document = findPreset('vit_tiny_patch16_224')?.document
  if (!document) throw new Error('no preset')
  const file = join(scratch(), 'broken.json')
  writeFileSync(file, serializeDocument(setAttributes(document, ['blocks.0', 'attn'], { heads: 7 })))
  const { code, complaints } = await vertebra('analyze', file)
  expect(code).toBe(1)
  expect(complaints).toMatch(/attn.*heads.*Remedy: /)
})

test('verify answers 0 when the case holds', async () => {
  const [, path = ''] = goldenFiles('tiny').find(([name]) => name === 'vit_cls') ?? []
  const { code, out } = await vertebra('verify', path, '--on', 'reference', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    on: 'plain evaluation',
    totals: { passed: 1, failed: 0, notBuilt: 0 },
    cases: [{ name: 'vit_cls', outcome: 'passed' }],
  })
})

test('a preset goes by another side too, and figures may come from a file', async () => {
  const { out } = await vertebra('analyze', 'vit_small_patch16_224@384', '--json')
  expect(JSON.parse(out)).toMatchObject([
    { name: 'vit_small_patch16_224@384', input: { height: 384, width: 384 } },
  ])
  const file = join(scratch(), 'models.json')
  const [vit] = JSON.parse(readFileSync('engine/golden/models.json', 'utf8')).models.filter(
    ({ name }: { name: string }) => name === 'vit_tiny_patch16_224',
  )
  writeFileSync(file, JSON.stringify({ models: [vit] }))
  expect((await vertebra('models', file)).out).toContain('1 of 1 models have a preset; 1 match exactly')
  writeFileSync(file, JSON.stringify({ models: [{ ...vit, params: vit.params + 1 }] }))
  expect((await vertebra('models', file)).code).toBe(1)
})

test('verify finds the cases of a folder and leaves lists alone', async () => {
  const folder = scratch()
  mkdirSync(join(folder, 'tiny'))
  copyFileSync(pathOf('tiny', 'vit_cls'), join(folder, 'tiny', 'vit_cls.json'))
  writeFileSync(join(folder, 'index.json'), '[]')
  const { code, out } = await vertebra('verify', folder, '--on', 'reference', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ totals: { passed: 1, failed: 0, notBuilt: 0 } })
  expect((await vertebra('verify', join(folder, 'tiny'), '--on', 'reference')).code).toBe(0)
})

test('verify answers 1 when the case does not hold, and says where it first differs', async () => {
  const [, path = ''] = goldenFiles('tiny').find(([name]) => name === 'vit_cls') ?? []
  const file = join(scratch(), 'changed.json')
  const golden = JSON.parse(readFileSync(path, 'utf8'))
  golden.tensors.find(([name]: [string]) => name === 'blocks.1.mlp.fc1.bias')[3] *= 1.01
  writeFileSync(file, JSON.stringify(golden))
  const { code, out } = await vertebra('verify', file, '--on', 'reference')
  expect(code).toBe(1)
  expect(out).toContain('FAIL  vit_cls')
  expect(out).toContain('the first module that differs is blocks.1.mlp.fc1, Linear')
})

test('run takes a probe instead of a picture, normalised as the picture would be', async () => {
  const run = (...probe: string[]) =>
    vertebra('run', 'vit_tiny_patch16_224@32', ...probe, '--on', 'reference', '--json')
  const grey = JSON.parse((await run('--probe', 'grey:value=0.5')).out)
  expect(grey.image).toBe('Grey, value 0.5')
  const stripes = JSON.parse((await run('--probe', 'stripes:period=8')).out)
  expect(stripes.logits).not.toEqual(grey.logits)
})

test('run prints the largest logits and where attention looks', async () => {
  const { code, out } = await vertebra(
    ...['run', 'vit_tiny_patch16_224', '--image', 'public/pictures/chelsea.png', '--input', '64'],
    ...['--on', 'reference', '--json'],
  )
  expect(code).toBe(0)
  const report = JSON.parse(out)
  expect(report.top5).toHaveLength(5)
  expect(report.attention).toHaveLength(12)
  expect(report.attention[0]).toMatchObject({ path: expect.stringContaining('attn'), heads: 3 })
  expect(report.weights).toBe('procedural')
})
