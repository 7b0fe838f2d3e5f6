import { join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import { reportProgress } from '../interleave.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { Fetched } from './fixtures/thin-client.ts'

const NODES = 20
/** Starting a node is noisy: so many samples a run. */
const SAMPLES_A_RUN = 3

/** The first bytes of a CID by a new node: through a delegate, and by joining the network. */
export const thinClient: Measurement = {
  name: 'thin client',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    const file = join(import.meta.dirname, 'fixtures/thin-client.ts')
    await using network = await startFixture<{ nodes: number }>({ file, prepared: true })
    if (network.ready.nodes !== NODES) throw new Error(`there are ${network.ready.nodes} nodes`)
    const samples: Record<'thin' | 'full', Fetched[]> = { thin: [], full: [] }
    // one more, for the code to be compiled
    for (let run = 0; run <= runs * SAMPLES_A_RUN; run++) {
      for (const kind of ['thin', 'full'] as const) {
        const fetched = await network.ask<Fetched>(kind)
        reportProgress(`${kind}: ${fetched.ms.toFixed(0)} ms, ${fetched.messages} messages`)
        if (run > 0) samples[kind].push(fetched)
      }
    }
    return rowsOf(samples)
  }
}

function rowsOf({ thin, full }: Record<'thin' | 'full', Fetched[]>): Row[] {
  const row = (name: string, unit: string, figure: (fetched: Fetched) => number): Row => ({
    name: `thin client: ${name}`,
    unit,
    samples: thin.map(figure),
    baseline: { name: 'an edge that joins first', samples: full.map(figure) },
    target: { ratioAtMost: 0.2 }
  })
  return [
    row('first bytes of a CID, cold', 'ms', ({ ms }) => ms),
    row('messages', 'messages', ({ messages }) => messages)
  ]
}
