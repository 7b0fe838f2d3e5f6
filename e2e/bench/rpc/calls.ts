import { interleave } from '../interleave.ts'
import { startHttpPair, startRpcPair } from './pairs.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

/** A shared machine is quiet for moments only: many short samples find them. */
const SAMPLES_A_RUN = 3
const ROUND_TRIPS = 500
const LOAD = { ms: 1_000, inFlight: 32 }
/** 64 KiB each: 128 MiB. */
const MESSAGES = 2_048

/** One unary call after another on an open connection. */
export const roundTrip: Measurement = {
  name: 'round trip',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    await using pair = await startRpcPair()
    const samples = await interleave(
      {
        echo: () => pair.client.ask<number>('echo', ROUND_TRIPS),
        unary: () => pair.client.ask<number>('unary', ROUND_TRIPS)
      },
      { runs: runs * SAMPLES_A_RUN }
    )
    const baseline = { name: 'stream opened, one echo', samples: samples.echo }
    const target = { ratioAtMost: 1.5 }
    return [{ name: 'unary call: round trip, TCP, TLS', unit: 'ms', samples: samples.unary, baseline, target }]
  }
}

/** Many unary calls at a time. */
export const rate: Measurement = {
  name: 'rate',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    await using pair = await startRpcPair()
    await using http = await startHttpPair()
    const samples = await interleave(
      { http: () => http.client.ask<number>('calls', LOAD), unary: () => pair.client.ask<number>('calls', LOAD) },
      { runs: runs * SAMPLES_A_RUN }
    )
    const baseline = { name: 'connect-node, HTTP/2 without TLS', samples: samples.http }
    const target = { ratioAtLeast: 0.5 }
    return [{ name: 'unary calls: 32 at a time, TCP, TLS', unit: '1/s', samples: samples.unary, baseline, target }]
  }
}

/** One call that streams from the server. */
export const serverStream: Measurement = {
  name: 'server stream',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    await using pair = await startRpcPair()
    const samples = await interleave(
      {
        raw: () => pair.client.ask<number>('rawMessages', MESSAGES),
        call: () => pair.client.ask<number>('messages', MESSAGES)
      },
      { runs: runs * SAMPLES_A_RUN }
    )
    const baseline = { name: 'stream, 64 KiB writes', samples: samples.raw }
    const target = { ratioAtLeast: 0.8 }
    return [
      { name: 'server stream: 64 KiB messages, TCP, TLS', unit: 'MiB/s', samples: samples.call, baseline, target }
    ]
  }
}
