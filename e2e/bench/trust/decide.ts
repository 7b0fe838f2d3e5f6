import { join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import { interleave } from '../interleave.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

/** What the trust database may hold. */
const ENTRIES = 10_000
/** About a second of them. */
const DECISIONS = 2_000_000
const MILLION = 1_000_000

/** Decisions on one core, with a full database of single peers. */
export const decide: Measurement = {
  name: 'decide',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    const file = join(import.meta.dirname, 'fixtures/decide.ts')
    await using fixture = await startFixture<{ entries: number }>({ file, init: { entries: ENTRIES } })
    if (fixture.ready.entries !== ENTRIES) throw new Error(`the database has ${fixture.ready.entries} entries`)
    const samples = await interleave(
      {
        decide: async () => (await fixture.ask<number>('decide', DECISIONS)) / MILLION,
        map: async () => (await fixture.ask<number>('lookUp', DECISIONS)) / MILLION
      },
      { runs }
    )
    const baseline = { name: 'Map.get', samples: samples.map }
    return [{ name: 'decide', unit: 'M/s', samples: samples.decide, baseline, target: { valueAtLeast: 1 } }]
  }
}
