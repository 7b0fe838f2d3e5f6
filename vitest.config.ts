import { defineConfig } from 'vitest/config'

const server = { deps: { inline: [] } }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.ts', 'e2e/bench/*.test.ts'],
          testTimeout: 30_000,
          // by itself vitest leaves one core to others, and CI has two
          maxWorkers: '100%',
          server
        }
      },
      // part of the checks: which room may import which
      { test: { name: 'architecture', include: ['e2e/architecture/*.test.ts'], server } },
      {
        // real processes: one file at a time, so that they do not starve each other
        test: {
          name: 'e2e',
          include: ['e2e/test/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          server
        }
      }
    ]
  }
})
