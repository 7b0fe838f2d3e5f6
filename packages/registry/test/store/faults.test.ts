import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@waystone/kit'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { RECORD_LIFETIME_MS, RendezvousSchema } from '@waystone/wire/registry'
import { describe, expect, it } from 'vitest'
import { defineKind, kindSet, SqlRegistryStore } from '../../src/index.ts'
import { Bench, LIMITS, meeting, newKey } from './records.ts'

const WRITER = fileURLToPath(new URL('endless-writer.ts', import.meta.url))

/** Runs until it has put some, is then killed; says the last sequence that it had put for sure. */
async function killedWriter(path: string): Promise<number> {
  const writer = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const chunk of writer.stdout) {
    said += String(chunk)
    if (said.split('\n').length > 50) break
  }
  writer.kill('SIGKILL')
  await once(writer, 'exit')
  return Number(said.split('\n').at(-2))
}

async function fill(bench: Bench, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const payload = meeting({ data: new Uint8Array(1_000) })
    bench.store.put(await bench.record(await newKey(), { kind: 'rendezvous', key: `k${at}`, payload }))
  }
}

describe('the file of a registry', () => {
  it('has after kill -9 everything that was put', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'registry.db')
    const last = await killedWriter(path)
    const store = new SqlRegistryStore({ path, kinds: kindSet(), limits: LIMITS, clock: systemClock })
    await store.openInSteps()
    const { records } = await store.query({ kind: 'rendezvous', limit: 10_000 })
    expect(records.length).toBeGreaterThanOrEqual(last)
    expect(store.state().records).toBe(records.length)
    expect(Array.from({ length: 1_024 }, (_, part) => store.names(part)).flat()).toHaveLength(records.length)
    store.close()
  })

  it('says the same after it was closed and opened, but to watchers of the run before', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'registry.db')
    using bench = new Bench({ path })
    await fill(bench, 5)
    const before = { state: bench.store.state(), digests: bench.store.digests() }
    bench.store.close()
    bench.store.close()
    bench.store.open()
    expect({ state: bench.store.state(), digests: bench.store.digests() }).toEqual(before)
    const changes = bench.store.watch({ after: 3n }, { signal: AbortSignal.timeout(10_000) })[Symbol.asyncIterator]()
    expect((await changes.next()).value).toEqual({ type: 'reset' })
  })

  it('is made anew if it is no database, or was made for other kinds', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'registry.db')
    await writeFile(path, 'x'.repeat(10_000))
    using bench = new Bench({ path })
    await fill(bench, 3)
    expect(bench.store.state().records).toBe(3)
    bench.store.close()
    const chess = defineKind({ name: 'chess', message: RendezvousSchema, fields: {} })
    const store = new SqlRegistryStore({ path, kinds: kindSet([chess]), limits: LIMITS, clock: bench.clock })
    store.open()
    expect(store.kinds()).toHaveLength(4)
    expect(store.state().records).toBe(0)
    store.close()
  })

  it('is made anew when it is found damaged: the call fails by name, and the next one works', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'registry.db')
    using bench = new Bench({ path })
    await fill(bench, 200)
    bench.store.close()
    bench.store.open()
    await damage(path)
    const error = await failureOf(async () => {
      await bench.store.query({ kind: 'rendezvous', limit: 1_000 })
    })
    expect(error).toMatchObject({ name: 'RegistryStoreError', message: expect.stringContaining('damaged') })
    expect(bench.faults).toEqual([error])
    expect(bench.store.state().records).toBe(0)
    await fill(bench, 3)
    expect((await bench.store.query({ kind: 'rendezvous', limit: 9 })).records).toHaveLength(3)
  })

  it('is not needed: where a damaged one cannot be made anew, the registry goes on in memory', async () => {
    await using folder = await temporaryFolder()
    const home = join(folder.path, 'home')
    await mkdir(home)
    using bench = new Bench({ path: join(home, 'registry.db') })
    await fill(bench, 200)
    bench.store.close()
    bench.store.open()
    await damage(join(home, 'registry.db'))
    await rm(home, { recursive: true })
    // it is the look for what expired that finds it
    await bench.clock.advance(RECORD_LIFETIME_MS)
    expect(bench.faults.map(String)).toEqual([
      expect.stringContaining('is damaged'),
      expect.stringContaining('cannot be opened')
    ])
    await fill(bench, 3)
    expect((await bench.store.query({ kind: 'rendezvous', limit: 9 })).records).toHaveLength(3)
    await bench.clock.advance(RECORD_LIFETIME_MS)
    expect(bench.store.state().records).toBe(0)
  })

  it('is made anew if it is found damaged when it is opened', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'registry.db')
    using bench = new Bench({ path })
    await fill(bench, 200)
    bench.store.close()
    await damage(path)
    bench.store.open()
    expect(bench.store.state().records).toBe(0)
    await fill(bench, 3)
    expect(bench.store.state().records).toBe(3)
  })

  it('is refused by name if another process has it, or a folder is in its place', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'registry.db')
    const other = new DatabaseSync(path)
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE t (x); COMMIT')
    expect(() => new Bench({ path })).toThrow(
      expect.objectContaining({ name: 'RegistryStoreError', message: expect.stringContaining('in use') })
    )
    other.close()
    const taken = join(folder.path, 'folder')
    await mkdir(taken)
    expect(() => new Bench({ path: taken })).toThrow(expect.objectContaining({ name: 'RegistryStoreError' }))
  })

  it('is refused by name before it is opened and after it is closed', () => {
    const store = new SqlRegistryStore({ path: ':memory:', kinds: kindSet(), limits: LIMITS })
    expect(() => store.kinds()).toThrow(expect.objectContaining({ name: 'RegistryClosedError' }))
    store.close()
  })
})

/** Overwrites all but the first page, which says what the tables are. */
async function damage(path: string): Promise<void> {
  const { size } = await stat(path)
  await using file = await open(path, 'r+')
  await file.write(new Uint8Array(size - 4_096), 0, size - 4_096, 4_096)
}

async function failureOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error
  }
}
