import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { reportProgress } from '../interleave.ts'
import { startSeeds } from './cluster.ts'
import { memberKey, writeCluster } from './fixtures/cluster-files.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { Row } from '../report.ts'
import type { Measurement } from '../suite.ts'
import type { Joined, SeedsReady } from './fixtures/seeds.ts'

const SEEDS = 10
/** As the issue asks for, however many runs there are. */
const JOINS = Number(process.env['BENCH_JOINS'] ?? 20)
const MAX_MS = 3_000

/** From when a new seed, that is told of two, is ready until it has talked to all ten, and each of them has said hello to it. */
export const newSeed: Measurement = {
  name: 'new seed',
  async measure(): Promise<Row[]> {
    await using folder = await temporaryFolder()
    const settings = await writeCluster(folder.path, SEEDS + 1)
    const members = Array.from({ length: SEEDS }, (_, index) => index)
    await using old = await startSeeds({ settings, members, seeds: [] })
    await old.ask('meshed', SEEDS - 1)
    await using newcomer = await startSeeds({ settings, members: [], seeds: old.ready.addresses.slice(0, 2) })
    const [samples, starts]: [number[], number[]] = [[], []]
    // one more, for the code to be compiled
    for (let join = 0; join <= JOINS; join++) {
      const { known, start } = await joinOnce(old, newcomer)
      reportProgress(`${join === 0 ? 'warm-up' : `join ${join}`}  ${known.toFixed(0)} ms after ${start.toFixed(0)} ms`)
      if (join === 0) continue
      samples.push(known)
      starts.push(start)
    }
    const row: Row = {
      name: `a new seed knows and is known by all ${SEEDS}`,
      unit: 'ms',
      samples,
      baseline: { name: 'its own start until ready', samples: starts },
      target: { valueAtMost: MAX_MS }
    }
    return [row]
  }
}

async function joinOnce(
  old: FixtureProcess<SeedsReady>,
  newcomer: FixtureProcess<SeedsReady>
): Promise<{ known: number; start: number }> {
  const id = peerIdFromPrivateKey(await memberKey(SEEDS)).toString()
  const [knownAt, { begunAt, readyAt, knowsAt }] = await Promise.all([
    old.ask<number>('knows', id),
    newcomer.ask<Joined>('join', { member: SEEDS, others: SEEDS })
  ])
  await newcomer.ask('leave')
  await old.ask('forgets', id)
  return { known: Math.max(0, Math.max(knownAt, knowsAt) - readyAt), start: readyAt - begunAt }
}
