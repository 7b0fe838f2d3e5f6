import { join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import { interleave } from '../interleave.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

/** What the trust database may hold. */
const ENTRIES = 10_000
/** A second of them, or less. */
const DECISIONS = 2_000_000
const MILLION = 1_000_000
const TARGET = { valueAtLeast: 1 }

/** Decisions on one core, with a full database of single peers: what is allowed, everything, and strangers. */
export const decide: Measurement = {
  name: 'decide',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    const file = join(import.meta.dirname, 'fixtures/decide.ts')
    await using fixture = await startFixture<{ entries: number }>({ file, init: { entries: ENTRIES } })
    if (fixture.ready.entries !== ENTRIES) throw new Error(`the database has ${fixture.ready.entries} entries`)
    const rates = (question: string) => async () => await rateOf(fixture, question)
    const samples = await interleave(
      {
        decide: rates('decide'),
        explain: rates('explain'),
        strangers: rates('strangers'),
        map: rates('lookUp')
      },
      { runs }
    )
    const row = { unit: 'M/s', baseline: { name: 'Map.get', samples: samples.map }, target: TARGET }
    return [
      { name: 'decide: allowed', samples: samples.decide, ...row },
      { name: 'decide: explain, all levels', samples: samples.explain, ...row },
      { name: 'decide: explain, strangers', samples: samples.strangers, ...row }
    ]
  }
}

async function rateOf(fixture: FixtureProcess<unknown>, question: string): Promise<number> {
  return (await fixture.ask<number>(question, DECISIONS)) / MILLION
}
