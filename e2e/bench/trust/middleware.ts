import { join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import { interleave } from '../interleave.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

/** Many short batches in turn: a garbage collection or a slower moment hits both sides alike. */
const BATCHES_A_RUN = 30
const STREAMS = 100
/** Until the code of both sides is compiled. */
const WARM_UPS = 5

/**
 * What an incoming stream costs the node that it comes to, with the guard before
 * its streams and without. Its processor time, as the time that passes depends
 * on what else the machine does, by far more than 5 %.
 */
export const middleware: Measurement = {
  name: 'middleware',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    const server = join(import.meta.dirname, 'fixtures/guarded-server.ts')
    const client = join(import.meta.dirname, '../rpc/fixtures/rpc-client.ts')
    await using opened = await startFixture<object>({ file: server, prepared: true })
    await using opener = await startFixture<object>({ file: client, init: opened.ready, prepared: true })
    const sample = async (guarded: boolean): Promise<number> => {
      await opened.ask('guard', guarded)
      const before = await opened.ask<number>('cpuMs')
      await opener.ask<number>('echo', STREAMS)
      return (await opened.ask<number>('cpuMs')) - before
    }
    const samples = await interleave(
      { without: () => sample(false), guarded: () => sample(true) },
      { runs: runs * BATCHES_A_RUN, warmUps: WARM_UPS }
    )
    const baseline = { name: 'the same node without the guard', samples: samples.without }
    const target = { ratioAtMost: 1.05 }
    return [
      {
        name: `${STREAMS} incoming streams: opened, one echo`,
        unit: 'ms CPU',
        samples: samples.guarded,
        baseline,
        target
      }
    ]
  }
}
