import { join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import { interleave } from '../interleave.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

/** A shared machine is quiet for moments only: many short samples find them. */
const SAMPLES_A_RUN = 30
const STREAMS = 100

/** A stream opened, one echo: on the same node, with the guard before its streams and without. */
export const middleware: Measurement = {
  name: 'middleware',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    const server = join(import.meta.dirname, 'fixtures/guarded-server.ts')
    const client = join(import.meta.dirname, '../rpc/fixtures/rpc-client.ts')
    await using opened = await startFixture<object>({ file: server, prepared: true })
    await using opener = await startFixture<object>({ file: client, init: opened.ready, prepared: true })
    const sample = async (guarded: boolean): Promise<number> => {
      await opened.ask('guard', guarded)
      return await opener.ask<number>('echo', STREAMS)
    }
    const samples = await interleave(
      { without: () => sample(false), guarded: () => sample(true) },
      { runs: runs * SAMPLES_A_RUN }
    )
    const baseline = { name: 'the same node without the guard', samples: samples.without }
    const target = { ratioAtMost: 1.05 }
    return [{ name: 'incoming stream: opened, one echo', unit: 'ms', samples: samples.guarded, baseline, target }]
  }
}
