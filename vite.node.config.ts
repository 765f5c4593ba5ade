import { defineConfig } from 'vite'

/** The command line as one bundle for Node: everything inside but Dawn, which is a native module. */
export default defineConfig({
  publicDir: false,
  logLevel: 'warn',
  ssr: { noExternal: true, external: ['webgpu'] },
  build: {
    ssr: 'engine/node/cli.ts',
    target: 'node20',
    sourcemap: 'inline',
    rolldownOptions: { output: { entryFileNames: 'cli.js', chunkFileNames: '[name]-[hash].js' } },
  },
})
