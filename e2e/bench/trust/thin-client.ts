import { join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import { reportProgress } from '../interleave.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { Fetched } from './fixtures/thin-client.ts'
import type { ThinNetwork } from './fixtures/thin-network.ts'

const NODES = 20
/** Starting a node is noisy: so many samples a run. */
const SAMPLES_A_RUN = 3
/** Between any two nodes, one way, in milliseconds: as between neighbouring countries and across an ocean. */
const DISTANCE_MS = 40
/** Nurseries of 20 nodes in one process fill quickly, and what is collected then would count as network. */
const LARGE_NURSERY = { NODE_OPTIONS: '--max-semi-space-size=64' }

type Samples = Record<'thin' | 'full', Fetched[]>

/** The first bytes of a CID by a new node: through a delegate, and by joining the network. */
export const thinClient: Measurement = {
  name: 'thin client',
  async measure(options: MeasureOptions): Promise<Row[]> {
    const far = await samplesAt(DISTANCE_MS, options)
    const near = await samplesAt(0, options)
    return [
      { ...timeRow(far, `${DISTANCE_MS} ms between nodes`), target: { ratioAtMost: 0.2 } },
      { ...messageRow(far), target: { ratioAtMost: 0.2 } },
      // for information: round trips, which a delegate saves, cost nothing here
      timeRow(near, 'loopback')
    ]
  }
}

async function samplesAt(oneWayMs: number, { runs }: MeasureOptions): Promise<Samples> {
  const fixture = (name: string): string => join(import.meta.dirname, `fixtures/${name}.ts`)
  const init = { oneWayMs }
  await using network = await startFixture<ThinNetwork>({ file: fixture('thin-network'), init, env: LARGE_NURSERY })
  const { nodes, seeds } = network.ready
  if (nodes !== NODES) throw new Error(`there are ${nodes} nodes`)
  await using client = await startFixture({ file: fixture('thin-client'), init, prepared: true })
  const samples: Samples = { thin: [], full: [] }
  // one more, for the code to be compiled
  for (let run = 0; run <= runs * SAMPLES_A_RUN; run++) {
    for (const kind of ['thin', 'full'] as const) {
      const cid = await network.ask<string>('newFile')
      const fetched = await client.ask<Fetched>(kind, { cid, seeds })
      reportProgress(`${oneWayMs} ms, ${kind}: ${fetched.ms.toFixed(0)} ms, ${fetched.messages} messages`)
      if (run > 0) samples[kind].push(fetched)
    }
  }
  return samples
}

function timeRow(samples: Samples, where: string): Row {
  return row(samples, { name: `first bytes of a CID, cold, ${where}`, unit: 'ms', figure: ({ ms }) => ms })
}

function messageRow(samples: Samples): Row {
  return row(samples, { name: 'messages', unit: 'messages', figure: ({ messages }) => messages })
}

function row(
  { thin, full }: Samples,
  { name, unit, figure }: { name: string; unit: string; figure: (fetched: Fetched) => number }
): Row {
  const baseline = { name: 'an edge that joins first', samples: full.map(figure) }
  return { name: `thin client: ${name}`, unit, samples: thin.map(figure), baseline }
}
