/**
 * `npm run check`: everything a machine can say about the source without running it.
 *
 * @packageDocumentation
 */
import { spawn } from 'node:child_process'

interface Step {
  name: string
  command: string
}

const steps: Step[] = [
  { name: 'format', command: 'oxfmt --check .' },
  { name: 'lint', command: 'oxlint --type-aware --deny-warnings .' },
  { name: 'types', command: 'tsc -b && tsc -p tsconfig.tests.json' },
  { name: 'boundaries', command: 'vitest run --project architecture' },
  { name: 'versions', command: 'sherif' },
  { name: 'unused code', command: 'knip' }
]

async function runStep({ name, command }: Step): Promise<boolean> {
  const output: Buffer[] = []
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment() })
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const passed = await new Promise<boolean>(resolve => child.on('close', code => resolve(code === 0)))
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}`)
  if (!passed) console.log(Buffer.concat(output).toString())
  return passed
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, TURBO_TELEMETRY_DISABLED: '1', PATH: `node_modules/.bin:${process.env['PATH']}` }
}

/** Runs every step, one after the other, and says how many held. */
export async function runChecks(): Promise<{ passed: number; failed: number }> {
  const counts = { passed: 0, failed: 0 }
  for (const step of steps) counts[(await runStep(step)) ? 'passed' : 'failed']++
  return counts
}

if (import.meta.main) process.exitCode = (await runChecks()).failed === 0 ? 0 : 1
