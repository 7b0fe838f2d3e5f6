import { mkdtempSync, rmSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startFixture } from '../fixture-process.ts'
import { reportProgress } from '../interleave.ts'
import { RECORDS } from './size.ts'
import type { FixtureProcess } from '../fixture-process.ts'
import type { MadeRecords } from './fixtures/make-records.ts'
import type { Held } from './fixtures/store.ts'

/** 100,000 signed records, in a file of their own and in the database of a registry. */
export interface FullRegistry {
  recordsPath: string
  databasePath: string
  payloadBytes: number
}

let made: Promise<FullRegistry> | undefined

/** Made once: every measurement uses the same records. Gone when the bench ends. */
export async function fullRegistry(): Promise<FullRegistry> {
  made ??= makeRegistry()
  return await made
}

async function makeRegistry(): Promise<FullRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'waystone-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const [recordsPath, databasePath] = [join(folder, 'records'), join(folder, 'registry.db')]
  reportProgress(`signing ${RECORDS} records`)
  const init = { path: recordsPath, count: RECORDS }
  await using making = await startFixture<MadeRecords>({ file: fixture('make-records'), init })
  await using filling = await startStore({ records: recordsPath, path: databasePath })
  await filling.ask<Held>('store')
  // all of it is in the one file then
  await filling.ask('close')
  return { recordsPath, databasePath, payloadBytes: making.ready.payloadBytes }
}

/** A process that keeps these records. */
export async function startStore(init: { records: string; path: string }): Promise<FixtureProcess<object>> {
  const env = { NODE_OPTIONS: '--expose-gc --disable-warning=ExperimentalWarning' }
  return await startFixture<object>({ file: fixture('store'), init, env, prepared: true })
}

/** Gives a node that has not started yet a full registry. */
export async function fillRegistry(dataDir: string): Promise<void> {
  const { databasePath } = await fullRegistry()
  const target = join(dataDir, 'registry.db')
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  await copyFile(databasePath, target)
}

export function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', `${name}.ts`)
}
