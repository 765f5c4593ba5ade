import { defineConfig } from 'vitest/config'
import { libraryEnvironment, preferredDriver, vulkanEnvironment } from './.ci/machine.mjs'

// The dynamic loader reads LD_LIBRARY_PATH when a process starts: the forks of the gpu projects inherit it from here.
Object.assign(process.env, libraryEnvironment())

// The page fetches most modules late; tests have them all.
const everyModule = 'engine/modules/index.ts'

const gpuTests = 'engine/**/*.gpu.test.ts'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: [everyModule],
          include: ['engine/**/*.test.ts', 'app/**/*.test.ts'],
          exclude: [gpuTests],
          testTimeout: 30_000,
          isolate: false,
          // The contrast test reads the tokens; without this Vitest gives it an empty file.
          css: true,
        },
      },
      {
        test: {
          name: 'dom',
          include: ['app/**/*.test.tsx'],
          environment: 'happy-dom',
          setupFiles: [everyModule],
        },
      },
      gpuProject('gpu', gpuTests, preferredDriver()),
      // A second driver for the tests that ask for it: what holds on one must hold on both.
      gpuProject('gpu2', 'engine/**/*.two.gpu.test.ts', 'swiftshader'),
    ],
  },
})

/** A process for each file, one after the other: a software driver does not bear a thousand pipelines in one. */
function gpuProject(name: string, include: string, driver: string | undefined) {
  const env = { ...vulkanEnvironment(driver), VERTEBRA_ADAPTER: driver ?? 'none' }
  return {
    test: {
      name,
      include: [include],
      env,
      setupFiles: [everyModule, '.ci/gpu-tests.mjs'],
      pool: 'forks' as const,
      maxWorkers: 1,
      isolate: true,
      fileParallelism: false,
      testTimeout: 300_000,
      hookTimeout: 120_000,
    },
  }
}
