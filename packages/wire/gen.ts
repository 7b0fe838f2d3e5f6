/**
 * Checks the `.proto` files and writes TypeScript from them: `npm run gen`.
 * buf and its plugin come from `node_modules`, never from the network.
 */
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const bin = join(root, 'node_modules', '.bin')
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` }

/** Folders with a `buf.yaml`: what travels, and what only tests call. */
const folders = [import.meta.dirname, join(root, 'packages', 'rpc', 'test')]

for (const cwd of folders) {
  for (const command of ['lint', 'generate']) {
    const run = spawnSync('buf', [command], { cwd, env, stdio: 'inherit' })
    if (run.error !== undefined) throw run.error
    if (run.status !== 0) process.exit(run.status ?? 1)
  }
}
