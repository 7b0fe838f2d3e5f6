import { nodeClient, readAccess } from '../../harness/node-client.ts'
import { systemClock } from '@waystone/kit'
import { registry as registryApi } from '@waystone/wire/admin'
import { startFixture } from '../fixture-process.ts'
import { reportProgress } from '../interleave.ts'
import { untilSame } from './digests.ts'
import { fixture, fullRegistry } from './full-registry.ts'
import { startSeed } from './seed.ts'
import { RECORDS_TEXT } from './size.ts'
import type { RunningNode } from '../foundation/roles.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { RegistryAdmin } from './digests.ts'

const MAX_SECONDS = 10
const PATIENCE_MS = 180_000
/** Strangers may compare, as members of a cluster may, and strangers' records of capabilities are taken. */
const config = { trust: { matrix: { 'registry-sync': 'none', 'registry:capability': 'none' } } }

/** From when a new seed is ready until it holds all records of another one; what it checks is what it must. */
export const freshSeed: Measurement = {
  name: 'fresh seed',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    const { recordsPath } = await fullRegistry()
    await using full = await startSeed({ isFull: true, config })
    await using checker = await startFixture<object>({ file: fixture('check-all'), init: { records: recordsPath } })
    const [samples, checks]: [number[], number[]] = [[], []]
    for (let run = 0; run < runs; run++) {
      samples.push(await syncOnce(full))
      checks.push((await checker.ask<number>('check')) / 1_000)
      reportProgress(
        `run ${run + 1}  in sync after ${samples.at(-1)?.toFixed(1)} s, checking ${checks.at(-1)?.toFixed(1)} s`
      )
    }
    const row: Row = {
      name: `${RECORDS_TEXT} records: a fresh seed in sync`,
      unit: 's',
      samples,
      baseline: { name: 'checking the signatures', samples: checks },
      target: { valueAtMost: MAX_SECONDS }
    }
    return [row]
  }
}

async function syncOnce(full: RunningNode): Promise<number> {
  await using fresh = await startSeed({ seeds: [full.tcpAddress], config })
  const admins = [await adminOf(full), await adminOf(fresh)]
  await untilSame(admins, PATIENCE_MS)
  return (systemClock.monotonic() - fresh.readyAt) / 1_000
}

async function adminOf({ dataDir = '' }: RunningNode): Promise<RegistryAdmin> {
  return nodeClient(registryApi.RegistryAdminService, await readAccess(dataDir))
}
