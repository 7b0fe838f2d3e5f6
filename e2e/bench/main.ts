/**
 * `npm run bench`: every figure as a ratio against a baseline of the same run.
 * Prints a table and writes JSON.
 *
 * @packageDocumentation
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { foundation } from './foundation/index.ts'
import { registry } from './registry/index.ts'
import { rpc } from './rpc/index.ts'
import { judge, renderRows } from './report.ts'
import { seeds } from './seeds/index.ts'
import { trust } from './trust/index.ts'
import type { JudgedRow, Row } from './report.ts'
import type { Measurement, Suite } from './suite.ts'

const suites: Suite[] = [foundation, rpc, trust, seeds, registry]

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    row: { type: 'string' },
    runs: { type: 'string', default: '5' },
    out: { type: 'string', default: 'bench-results/latest.json' },
    help: { type: 'boolean', short: 'h' }
  }
})

const HELP = `npm run bench -- [options]

  --only LIST   only these suites, as in seeds,registry; may be given again (${suites.map(suite => suite.name).join(', ')})
  --row TEXT    only measurements whose name contains TEXT
  --runs N      runs a figure, of which the median counts (5); more on a busy machine
  --out FILE    where the JSON goes (bench-results/latest.json)`

async function runSuite(suite: Suite, runs: number): Promise<JudgedRow[]> {
  const rows: JudgedRow[] = []
  for (const measurement of suite.measurements.filter(isWanted)) {
    process.stderr.write(`${suite.name}: ${measurement.name}\n`)
    rows.push(...(await measureOrReport(measurement, runs)).map(row => judge(suite.name, row)))
  }
  return rows
}

// one measurement that cannot be taken must not cost the others
async function measureOrReport(measurement: Measurement, runs: number): Promise<Row[]> {
  try {
    return await measurement.measure({ runs })
  } catch (error) {
    console.error(error)
    process.exitCode = 1
    return []
  }
}

function readRuns(): number {
  const runs = Number(values.runs)
  if (!Number.isSafeInteger(runs) || runs < 1)
    throw new Error(`--runs must be a whole number from 1, not ${values.runs}`)
  return runs
}

function wantedSuites(): Suite[] {
  if (values.only === undefined) return suites
  const names = values.only.flatMap(list => list.split(',')).map(name => name.trim())
  const unknown = names.find(name => !suites.some(suite => suite.name === name))
  if (unknown === undefined) return suites.filter(({ name }) => names.includes(name))
  throw new Error(`no suite ${unknown}; there are: ${suites.map(({ name }) => name).join(', ')}`)
}

function isWanted({ name }: Measurement): boolean {
  return values.row === undefined || name.includes(values.row)
}

async function main(): Promise<void> {
  if (values.help === true) return console.log(HELP)
  const wanted = wantedSuites()
  const runs = readRuns()
  const rows: JudgedRow[] = []
  for (const suite of wanted) rows.push(...(await runSuite(suite, runs)))
  console.log(renderRows(rows))
  const file = resolve(values.out)
  await mkdir(dirname(file), { recursive: true })
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryBytes: totalmem(), node: process.version }
  await writeFile(file, `${JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 2)}\n`)
  console.log(`\nwritten to ${values.out}`)
}

await main()
