/**
 * Checks the `.proto` files and writes `src/gen` from them: `npm run gen`.
 * buf and its plugin come from `node_modules`, never from the network.
 */
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const bin = join(root, 'node_modules', '.bin')
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` }

for (const command of ['lint', 'generate']) {
  const run = spawnSync('buf', [command], { cwd: import.meta.dirname, env, stdio: 'inherit' })
  if (run.error !== undefined) throw run.error
  if (run.status !== 0) process.exit(run.status ?? 1)
}
