import { join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { EdgesInit } from './fixtures/edges.ts'
import type { SeedsInit, SeedsReady } from './fixtures/seeds.ts'

/** Seeds in one process. */
export async function startSeeds(init: SeedsInit): Promise<FixtureProcess<SeedsReady>> {
  return await startFixture<SeedsReady>({ file: fixture('seeds'), init, prepared: true })
}

/** Edges in one process, none of which runs. */
export async function startEdges(init: EdgesInit): Promise<FixtureProcess<object>> {
  return await startFixture<object>({ file: fixture('edges'), init, prepared: true })
}

function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', `${name}.ts`)
}
