import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteDatastore } from '@waystone/kit/sqlite-datastore'
import * as fc from 'fast-check'
import { Key } from 'interface-datastore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChildProcess } from 'node:child_process'

const PAGE_BYTES = 4096

let folder: string
let path: string
const opened: SqliteDatastore[] = []
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waystone-datastore-'))
  path = join(folder, 'datastore.db')
})

afterEach(async () => {
  for (const datastore of opened.splice(0)) await datastore.close()
  for (const child of children.splice(0)) await kill(child)
  await rm(folder, { recursive: true })
})

async function openDatastore(file = path): Promise<SqliteDatastore> {
  const datastore = new SqliteDatastore({ path: file })
  await datastore.open()
  opened.push(datastore)
  return datastore
}

/** A process that has the file open and has stored `count` entries. */
async function startHolder(count: number): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'lock-holder.ts')
  const child = spawn(process.execPath, [script, path, String(count)], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

async function fill(count: number, size = 100): Promise<void> {
  const datastore = await openDatastore()
  const batch = datastore.batch()
  for (let index = 0; index < count; index++) batch.put(new Key(`/entry/${index}`), new Uint8Array(size))
  await batch.commit()
  await datastore.close()
}

async function keysOf(datastore: SqliteDatastore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of datastore.queryKeys({ prefix })) keys.push(key.toString())
  return keys
}

describe('opening', () => {
  it('and closing may be repeated, and what was stored is there again', async () => {
    const datastore = await openDatastore()
    await datastore.open()
    await datastore.put(new Key('/a'), Uint8Array.of(1))
    await datastore.put(new Key('/empty'), new Uint8Array(0))
    await datastore.close()
    await datastore.close()
    await datastore.open()
    expect(await datastore.get(new Key('/a'))).toEqual(Uint8Array.of(1))
    expect(await datastore.get(new Key('/empty'))).toEqual(new Uint8Array(0))
  })

  it('must come before use, and use before closing', async () => {
    const datastore = new SqliteDatastore({ path: ':memory:' })
    await expect(datastore.get(new Key('/a'))).rejects.toMatchObject({ name: 'DatastoreClosedError' })
    await datastore.open()
    await datastore.close()
    await expect(datastore.put(new Key('/a'), Uint8Array.of(1))).rejects.toMatchObject({ name: 'DatastoreClosedError' })
  })

  it('tells when the folder is missing', async () => {
    await expect(openDatastore(join(folder, 'missing', 'a.db'))).rejects.toMatchObject({
      name: 'DatastoreAccessError',
      exitCode: 3
    })
  })
})

describe('the file is the lock of the data folder', () => {
  it('against a second datastore in the same process', async () => {
    const first = await openDatastore()
    await expect(openDatastore()).rejects.toMatchObject({ name: 'DatastoreLockedError', exitCode: 3 })
    await first.close()
    // also when the file exists already and opening it writes nothing
    await openDatastore()
    await expect(openDatastore()).rejects.toMatchObject({ name: 'DatastoreLockedError' })
  })

  it('against another process, until that one is killed', async () => {
    const holder = await startHolder(500)
    await expect(openDatastore()).rejects.toMatchObject({
      name: 'DatastoreLockedError',
      message: `${path} is in use by another process`
    })
    await kill(holder)
    const datastore = await openDatastore()
    const keys = await keysOf(datastore, '/put/')
    expect(keys.length).toBe(500)
    expect(await datastore.get(new Key('/put/499'))).toEqual(Uint8Array.of(499 % 256))
  })
})

describe('a damaged file', () => {
  it('that is no database is named and left as it is', async () => {
    const text = 'these are not the bytes of a database\n'.repeat(200)
    await writeFile(path, text)
    await expect(openDatastore()).rejects.toMatchObject({
      name: 'DatastoreCorruptError',
      exitCode: 3,
      hint: expect.stringContaining('Move the file away') as string
    })
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  it('that was cut off is named', async () => {
    await fill(1000)
    await truncate(path, 10 * PAGE_BYTES)
    await expect(openDatastore()).rejects.toMatchObject({ name: 'DatastoreCorruptError' })
  })

  it('with one bad page is named', async () => {
    await fill(1000)
    const file = await open(path, 'r+')
    await file.write(new Uint8Array(PAGE_BYTES).fill(0xaa), 0, PAGE_BYTES, 12 * PAGE_BYTES)
    await file.close()
    await expect(openDatastore()).rejects.toMatchObject({ name: 'DatastoreCorruptError' })
  })

  it('does not stay locked', async () => {
    await writeFile(path, 'no database '.repeat(1000))
    await expect(openDatastore()).rejects.toMatchObject({ name: 'DatastoreCorruptError' })
    await rm(path)
    await openDatastore()
  })
})

describe('a batch', () => {
  it('is stored in the order of its calls', async () => {
    const datastore = await openDatastore()
    const batch = datastore.batch()
    batch.put(new Key('/a'), Uint8Array.of(1))
    batch.delete(new Key('/a'))
    batch.put(new Key('/a'), Uint8Array.of(2))
    await batch.commit()
    expect(await datastore.get(new Key('/a'))).toEqual(Uint8Array.of(2))
  })

  it('is stored as a whole or not at all', async () => {
    const datastore = await openDatastore()
    const batch = datastore.batch()
    batch.put(new Key('/a'), Uint8Array.of(1))
    batch.put(new Key('/b'), 'not bytes' as unknown as Uint8Array)
    await expect(async () => batch.commit()).rejects.toThrow('cannot store TEXT value in BLOB column')
    expect(await datastore.has(new Key('/a'))).toBe(false)
    // and the next one is not disturbed
    const next = datastore.batch()
    next.put(new Key('/c'), Uint8Array.of(3))
    await next.commit()
    expect(await datastore.has(new Key('/c'))).toBe(true)
  })
})

describe('a query', () => {
  it('finds exactly the keys with the prefix', async () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 })
    const paths = fc.uniqueArray(
      fc.array(part, { minLength: 1, maxLength: 3 }).map(parts => new Key(parts.join('/')).toString()),
      { maxLength: 20 }
    )
    await fc.assert(
      fc.asyncProperty(paths, fc.nat(19), fc.nat(6), async (keys, pick, length) => {
        const datastore = await openDatastore(':memory:')
        for (const key of keys) await datastore.put(new Key(key), Uint8Array.of(1))
        const prefix = Array.from(keys[pick % keys.length] ?? '/x')
          .slice(0, length)
          .join('')
        const expected = keys.filter(key => key.startsWith(prefix))
        expect((await keysOf(datastore, prefix)).sort()).toEqual(expected.sort())
        await datastore.close()
      })
    )
  })

  it('goes on safely while the consumer deletes and adds', async () => {
    const datastore = await openDatastore()
    const batch = datastore.batch()
    for (let index = 0; index < 5000; index++) {
      batch.put(new Key(`/many/${String(index).padStart(4, '0')}`), Uint8Array.of(index % 256))
      batch.put(new Key(`/other/${index}`), Uint8Array.of(0))
    }
    await batch.commit()
    let seen = 0
    for await (const { key, value } of datastore.query({ prefix: '/many/' })) {
      expect(value).toEqual(Uint8Array.of(seen % 256))
      seen++
      await datastore.delete(key)
      await datastore.put(new Key(`/before/${seen}`), value)
    }
    expect(seen).toBe(5000)
    expect(await keysOf(datastore, '/many/')).toEqual([])
    expect((await keysOf(datastore, '/before/')).length).toBe(5000)
    expect((await keysOf(datastore, '/other/')).length).toBe(5000)
  })

  it('does not take % and _ for wildcards', async () => {
    const datastore = await openDatastore()
    for (const key of ['/a_b/1', '/axb/1', '/a%/1']) await datastore.put(new Key(key), Uint8Array.of(1))
    expect(await keysOf(datastore, '/a_')).toEqual(['/a_b/1'])
    expect(await keysOf(datastore, '/a%')).toEqual(['/a%/1'])
  })

  it('stops on the signal', async () => {
    const datastore = await openDatastore()
    for (const key of ['/a', '/b']) await datastore.put(new Key(key), Uint8Array.of(1))
    const controller = new AbortController()
    const keys = datastore.queryKeys({}, { signal: controller.signal })
    await keys.next()
    controller.abort(new Error('no longer'))
    await expect(async () => keys.next()).rejects.toThrow('no longer')
  })
})
