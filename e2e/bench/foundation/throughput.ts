import { interleave } from '../interleave.ts'
import { startDirectPair, startRawPair, startRelayedPair } from './perf-pair.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { PerfPair } from './perf-pair.ts'

/** Long enough for stream windows and the garbage collector to settle. */
const UPLOAD_MS = 1_000
/** A shared machine is quiet for moments only: many short samples find them. */
const SAMPLES_A_RUN = 3
/** TLS runs in the TLS library of Node, Noise mostly in JavaScript. */
const TLS_OVER_NOISE = 1.8

const RAW = 'raw Node TCP'
const TLS = 'TCP, TLS'
const NOISE = 'TCP, Noise'

const pairs: Record<string, () => Promise<PerfPair>> = {
  [RAW]: startRawPair,
  [TLS]: () => startDirectPair({ transport: 'tcp', encrypter: 'tls' }),
  [NOISE]: () => startDirectPair({ transport: 'tcp', encrypter: 'noise' }),
  'WebSocket, TLS': () => startDirectPair({ transport: 'ws', encrypter: 'tls' }),
  'WebSocket, Noise': () => startDirectPair({ transport: 'ws', encrypter: 'noise' }),
  QUIC: () => startDirectPair({ transport: 'quic', encrypter: 'tls' }),
  'WebRTC-direct': () => startDirectPair({ transport: 'webrtcDirect', encrypter: 'noise' }),
  'relayed, TCP, TLS': startRelayedPair
}

/** One stream each, from process to process. */
export const throughput: Measurement = { name: 'throughput', measure }

async function measure({ runs }: MeasureOptions): Promise<Row[]> {
  await using stack = new AsyncDisposableStack()
  const figures: Record<string, () => Promise<number>> = {}
  for (const [name, start] of Object.entries(pairs)) {
    const pair = stack.use(await start())
    figures[name] = () => pair.upload({ ms: UPLOAD_MS })
  }
  const samples = await interleave(figures, { runs: runs * SAMPLES_A_RUN })
  const of = (name: string): number[] => samples[name] ?? []
  const rows = Object.keys(pairs).filter(name => name !== RAW)
  return [
    ...rows.map(name => ({ ...row(`stream: ${name}`, of(name)), baseline: { name: RAW, samples: of(RAW) } })),
    {
      ...row('stream: TLS over Noise, TCP', of(TLS)),
      baseline: { name: NOISE, samples: of(NOISE) },
      target: { ratioAtLeast: TLS_OVER_NOISE }
    }
  ]
}

function row(name: string, samples: number[]): Omit<Row, 'baseline'> {
  return { name, unit: 'MiB/s', samples }
}
