/**
 * `npm test`: the checks, the fast tests, then the tests on real processes.
 * The last line is a plain count.
 *
 * @packageDocumentation
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks } from './check.ts'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  success: boolean
}

async function runProject(project: string, folder: string): Promise<Counts> {
  const file = join(folder, `${project}.json`)
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  await new Promise(resolve => spawn('vitest', args, { stdio: ['ignore', 'inherit', 'inherit'] }).on('close', resolve))
  return await readCounts(file)
}

async function readCounts(file: string): Promise<Counts> {
  try {
    const report: Report = JSON.parse(await readFile(file, 'utf8'))
    const failed = report.numFailedTests
    // a file that cannot be loaded fails the run without failing a test
    return {
      passed: report.numPassedTests,
      failed: failed === 0 && !report.success ? 1 : failed,
      skipped: report.numPendingTests + report.numTodoTests
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'waystone-tests-'))
  const checks = await runChecks()
  const total: Counts = { ...checks, skipped: 0 }
  for (const project of ['unit', 'e2e']) {
    const counts = await runProject(project, folder)
    total.passed += counts.passed
    total.failed += counts.failed
    total.skipped += counts.skipped
  }
  await rm(folder, { recursive: true })
  process.exitCode = total.failed === 0 ? 0 : 1
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
}

await main()
