import { systemClock } from '@waystone/kit'
import { poll } from '@waystone/kit/testing'
import { NEGOTIATION_TIMEOUT_MS } from '@waystone/wire'
import { reportProgress } from '../interleave.ts'
import { startRpcPair } from './pairs.ts'
import type { Row } from '../report.ts'
import type { Measurement } from '../suite.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { LiveObjects } from './fixtures/live-objects.ts'

const CALLS = 10_000
/** Before the count: code is compiled, pools and caches have their size. */
const WARM_UP = 2_000
/** Milliseconds until libp2p lets go of inbound streams: each is held for the time that negotiation may take. */
const HELD_MS = NEGOTIATION_TIMEOUT_MS + 2_000
/** Milliseconds after that in which everything must be free: the node has timers of its own, which come and go. */
const SETTLE_MS = 20_000
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

/** Counts when nothing is held any more; then until no more than before is left, if that comes. */
async function settled({ name, process }: Side, before?: LiveObjects): Promise<LiveObjects> {
  await systemClock.sleep(HELD_MS)
  let last = await process.ask<LiveObjects>('live')
  const isClean = (): boolean => before === undefined || KINDS.every(kind => last[kind] <= before[kind])
  const asBefore = async (): Promise<true | undefined> => {
    if (isClean()) return true
    last = await process.ask<LiveObjects>('live')
    return undefined
  }
  await poll(asBefore, { what: 'what calls leave behind to be freed', ms: SETTLE_MS }).catch(() => {})
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
