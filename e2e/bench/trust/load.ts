import { join } from 'node:path'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { startFixture } from '../fixture-process.ts'
import { reportProgress } from '../interleave.ts'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'
import type { Loaded } from './fixtures/load.ts'

const FILES = 20
const NODES_PER_FILE = 5_000
const NODES = FILES * NODES_PER_FILE
const MIB = 2 ** 20

/** Starting with 100,000 nodes in trust files: a process for each run. */
export const load: Measurement = {
  name: 'load',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    await using folder = await temporaryFolder()
    const init = { path: join(folder.path, 'trust.sqlite'), files: FILES, nodesPerFile: NODES_PER_FILE }
    await using fill = await startFixture<{ bytes: number }>({ file: fixture('fill'), init })
    const loaded: Loaded[] = []
    // one more, for the disk to be warm
    for (let run = 0; run <= runs; run++) loaded.push(await loadOnce(init))
    return rowsOf(loaded.slice(1), fill.ready.bytes)
  }
}

async function loadOnce(init: object): Promise<Loaded> {
  const env = { NODE_OPTIONS: '--expose-gc --disable-warning=ExperimentalWarning' }
  await using loader = await startFixture<object>({ file: fixture('load'), init, env, prepared: true })
  const loaded = await loader.ask<Loaded>('load')
  if (loaded.nodes !== NODES) throw new Error(`${loaded.nodes} of ${NODES} nodes were loaded`)
  reportProgress(`${loaded.ms.toFixed(0)} ms, ${(loaded.memoryBytes / MIB).toFixed(1)} MiB`)
  return loaded
}

function rowsOf(loaded: Loaded[], fileBytes: number): Row[] {
  const time: Row = {
    name: 'load: 100,000 nodes, time',
    unit: 'ms',
    samples: loaded.map(({ ms }) => ms),
    baseline: { name: 'JSON.parse', samples: loaded.map(({ parseMs }) => parseMs) },
    target: { valueAtMost: 2_000 }
  }
  const memory: Row = {
    name: 'load: 100,000 nodes, memory',
    unit: 'MiB',
    samples: loaded.map(({ memoryBytes }) => memoryBytes / MIB),
    baseline: { name: 'the files', samples: loaded.map(() => fileBytes / MIB) },
    target: { valueAtMost: 150 }
  }
  return [time, memory]
}

function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', `${name}.ts`)
}
