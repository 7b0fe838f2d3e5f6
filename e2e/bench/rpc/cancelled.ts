import { poll } from '@waystone/kit/testing'
import { reportProgress } from '../interleave.ts'
import { startRpcPair } from './pairs.ts'
import type { Row } from '../report.ts'
import type { Measurement } from '../suite.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { LiveObjects } from './fixtures/live-objects.ts'

const CALLS = 10_000
/** Before the count: code is compiled, pools and caches have their size. */
const WARM_UP = 2_000
/** Milliseconds that the last calls may take to end on the other side. */
const SETTLE_MS = 10_000
const KINDS = ['streams', 'timers', 'listeners'] as const
/** What memory may have grown by. */
const MARGIN = 1.05
const MIB = 2 ** 20

interface Side {
  name: string
  process: FixtureProcess<object>
  before: LiveObjects[]
  after: LiveObjects[]
}

/** Calls that are cancelled half-way, and what they leave on both sides. */
export const cancelled: Measurement = {
  name: 'cancelled',
  async measure(): Promise<Row[]> {
    await using pair = await startRpcPair()
    const sides = [sideOf('caller', pair.client), sideOf('server', pair.server)]
    await pair.client.ask('echo', 1)
    await pair.client.ask('cancel', WARM_UP)
    for (const side of sides) side.before.push(await settled(side))
    await pair.client.ask('cancel', CALLS)
    for (const side of sides) side.after.push(await settled(side, side.before[0]))
    return sides.flatMap(rowsOf)
  }
}

function sideOf(name: string, process: FixtureProcess<object>): Side {
  return { name, process, before: [], after: [] }
}

/** Counts until nothing more is freed, or until nothing is left behind. */
async function settled({ name, process }: Side, before?: LiveObjects): Promise<LiveObjects> {
  let last = await process.ask<LiveObjects>('live')
  const done = async (): Promise<LiveObjects | undefined> => {
    const now = await process.ask<LiveObjects>('live')
    const better = KINDS.some(kind => now[kind] < last[kind])
    last = now
    const clean = before !== undefined && KINDS.every(kind => now[kind] <= before[kind])
    return clean || (before === undefined && !better) ? now : undefined
  }
  await poll(done, { what: 'what calls leave behind to be freed', ms: SETTLE_MS }).catch(() => {})
  reportProgress(`${name}: ${KINDS.map(kind => `${last[kind]} ${kind}`).join(', ')}`)
  return last
}

function rowsOf({ name, before, after }: Side): Row[] {
  const left = KINDS.map((kind): Row => {
    const samples = after.map((live, run) => Math.max(0, live[kind] - (before[run]?.[kind] ?? 0)))
    const baseline = { name: 'calls', samples: samples.map(() => CALLS) }
    return { name: `cancelled: ${kind} left, ${name}`, unit: kind, samples, baseline, target: { valueAtMost: 0 } }
  })
  const memory: Row = {
    name: `cancelled: memory after, ${name}`,
    unit: 'MiB',
    samples: after.map(({ heapBytes }) => heapBytes / MIB),
    baseline: { name: 'before', samples: before.map(({ heapBytes }) => heapBytes / MIB) },
    target: { ratioAtMost: MARGIN }
  }
  return [...left, memory]
}
