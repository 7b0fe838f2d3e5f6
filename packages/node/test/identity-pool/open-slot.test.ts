import { chmod, copyFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ManualClock, seededRandom, until } from '@waystone/kit/testing'
import { SilentServer } from '@waystone/kit/testing/node'
import { describe, expect, test } from 'vitest'
import { slotPath } from '../../src/identity-pool/index.ts'
import { openSlot } from '../../src/identity-pool/open-slot.ts'
import { scratchFolder } from '../identity/scratch-folder.ts'
import { makeFifo } from './fifo.ts'
import { newPool } from './pools.ts'
import { keptLog } from './quiet-log.ts'
import type { HeldSlot, OpenSlotInit } from '../../src/identity-pool/open-slot.ts'

interface Around extends OpenSlotInit {
  clock: ManualClock
  lines: string[]
}

async function around(over: Partial<OpenSlotInit> = {}): Promise<Around> {
  const { log, lines } = keptLog()
  return {
    folder: over.folder ?? (await newPool()).folder,
    lease: { directory: await scratchFolder(), duration: 12_000 },
    env: {},
    clock: new ManualClock(),
    random: seededRandom(3),
    log,
    lines,
    signal: new AbortController().signal,
    ...over
  } as Around
}

/** Moves the clock, and lets a look at the folder come to its end. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  await clock.advance(ms)
  await clock.advance(0)
}

async function refusal(init: OpenSlotInit): Promise<unknown> {
  return await openSlot(init).catch((error: unknown) => error)
}

describe('a node of a pool', () => {
  test('takes the first slot, and the next node the second', async () => {
    const { folder, ids } = await newPool({ passphrase: 'secret' })
    const init = await around({ folder, passphrase: 'secret' })
    const held = [await openSlot(init), await openSlot(init)]
    expect(held.map(({ privateKey }) => privateKey.publicKey.toString())).toEqual(ids)
    expect(held.map(({ lease }) => [lease.slot, lease.fence])).toEqual([
      [0, 1n],
      [1, 1n]
    ])
    expect(init.lines[0]).toContain('took slot')
    for (const slot of held) await slot.release()
    expect(init.clock.pending).toBe(0)
  })

  test('waits while all slots are held, says so every 30 s, and takes the first that is free', async () => {
    const { folder } = await newPool({ size: 1 })
    const init = await around({ folder })
    const first = await openSlot(init)
    init.lines.length = 0
    const second = openSlot(init)
    await until(() => init.lines.length > 0)
    for (let step = 0; step < 130; step++) await pass(init.clock, 500)
    expect(init.lines).toEqual([
      'waits for a free slot since %d s: %s | 0 | all 1 slots of the pool are held, says the folder ' +
        init.lease.directory,
      expect.stringMatching(/ \| 30 \| /),
      expect.stringMatching(/ \| 60 \| /)
    ])
    await first.release()
    await pass(init.clock, 1_000)
    const { lease, release } = await second
    expect(lease).toMatchObject({ slot: 0, fence: 2n })
    await release()
  })

  test('takes over within the lease when the holder is gone without a word', async () => {
    const { folder } = await newPool({ size: 1 })
    const init = await around({ folder })
    const first = await openSlot(init)
    let second: HeldSlot | undefined
    init.lines.length = 0
    void openSlot(init).then(held => (second = held))
    await until(() => init.lines.length > 0)
    for (let step = 0; step < 70; step++) await pass(init.clock, 100)
    await first.abandon()
    const since = init.clock.monotonic()
    // the rest is reading its key
    while (init.lines.length < 2) await pass(init.clock, 100)
    expect(init.clock.monotonic() - since).toBeLessThanOrEqual(12_000)
    await until(() => second !== undefined)
    await second?.release()
  })

  test('stops waiting when it is told to', async () => {
    const { folder } = await newPool({ size: 1 })
    const stopping = new AbortController()
    const init = await around({ folder, signal: stopping.signal })
    const first = await openSlot(init)
    const second = refusal(init)
    await until(() => init.lines.length > 1)
    stopping.abort(new Error('SIGTERM'))
    expect(await second).toMatchObject({ message: 'SIGTERM' })
    await first.release()
    expect(init.clock.pending).toBe(0)
  })

  test('waits for a database that does not answer, and says why', async () => {
    await using server = await SilentServer.listen()
    const stopping = new AbortController()
    const url = `postgresql://waystone:hunter2@127.0.0.1:${server.port}/waystone`
    const init = await around({
      lease: { duration: 1_000 },
      env: { WAYSTONE_POOL_POSTGRES: url },
      signal: stopping.signal
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    const log = Object.assign((format: string, ...values: unknown[]) => {
      init.lines.push([format, ...values.map(String)].join(' '))
      resolve()
    }, init.log)
    const waiting = refusal({ ...init, log })
    await promise
    expect(init.lines.join()).toContain('PostgreSQL does not answer')
    expect(init.lines.join()).not.toContain('hunter2')
    stopping.abort(new Error('SIGTERM'))
    expect(await waiting).toMatchObject({ message: 'SIGTERM' })
  })
})

describe('a slot that cannot be opened frees its lease', () => {
  async function freed(change: (folder: string) => Promise<unknown>, passphrase?: string): Promise<unknown> {
    const { folder } = await newPool({ passphrase: 'secret' })
    await change(folder)
    const init = await around({ folder, passphrase })
    const error = await refusal(init)
    expect(init.clock.pending).toBe(0)
    const healthy = await openSlot({ ...init, ...(await newPool({ passphrase: 'secret' })), passphrase: 'secret' })
    expect(healthy.lease).toMatchObject({ slot: 0, fence: 2n })
    await healthy.release()
    return error
  }

  test('without its passphrase, and with a wrong one', async () => {
    expect(await freed(async () => {})).toMatchObject({ name: 'PassphraseMissingError', exitCode: 2 })
    expect(await freed(async () => {}, 'wrong')).toMatchObject({ name: 'PassphraseWrongError', exitCode: 3 })
  })

  test('when others can read it', async () => {
    const change = async (folder: string): Promise<void> => await chmod(slotPath(folder, 0), 0o644)
    expect(await freed(change, 'secret')).toMatchObject({ name: 'KeyFilePermissionsError' })
  })

  test('when it is a link to a file that others can read', async () => {
    const change = async (folder: string): Promise<void> => {
      await rename(slotPath(folder, 0), join(folder, 'elsewhere'))
      await chmod(join(folder, 'elsewhere'), 0o644)
      await symlink('elsewhere', slotPath(folder, 0))
    }
    expect(await freed(change, 'secret')).toMatchObject({ name: 'KeyFilePermissionsError' })
  })

  test('when it is a link to another slot', async () => {
    const change = async (folder: string): Promise<void> => {
      await rm(slotPath(folder, 0))
      await symlink('slot-001.key', slotPath(folder, 0))
    }
    expect(await freed(change, 'secret')).toMatchObject({ name: 'SlotMismatchError', exitCode: 3 })
  })

  test('when it holds the key of another pool', async () => {
    const { folder: other } = await newPool({ passphrase: 'secret', size: 3 })
    const change = async (folder: string): Promise<void> => {
      await rm(slotPath(folder, 0))
      await copyFile(slotPath(other, 2), slotPath(folder, 0))
    }
    expect(await freed(change, 'secret')).toMatchObject({ name: 'SlotMismatchError' })
  })

  test.each<[string, (path: string) => Promise<unknown>, string]>([
    ['a pipe', makeFifo, 'KeyFileCorruptError'],
    ['a link to a device without end', async path => await symlink('/dev/zero', path), 'KeyFileCorruptError'],
    ['a link to itself', async path => await symlink('slot-000.key', path), 'KeyFileCorruptError'],
    ['empty', async path => await writeFile(path, '', { mode: 0o600 }), 'KeyFileCorruptError'],
    ['not there', async () => {}, 'KeyFileNotFoundError']
  ])('when it is %s', async (_what, put, name) => {
    const change = async (folder: string): Promise<void> => {
      await rm(slotPath(folder, 0))
      await put(slotPath(folder, 0))
    }
    expect(await freed(change, 'secret')).toMatchObject({ name })
  })
})

describe('a slot that is given from outside', () => {
  test('is the number, with the time of the start as its fence', async () => {
    const init = await around({ lease: { ordinal: '1' } })
    const { lease, release } = await openSlot(init)
    expect(lease).toMatchObject({ slot: 1, fence: BigInt(init.clock.now()), leftMs: Infinity })
    await release()
  })

  test('beyond the pool is refused', async () => {
    expect(await refusal(await around({ lease: { ordinal: '2' } }))).toMatchObject({
      name: 'PoolOrdinalError',
      exitCode: 2,
      hint: expect.stringContaining('--size 3')
    })
  })
})

describe('in a cluster', () => {
  const listOf =
    (...ids: (string | undefined)[]): OpenSlotInit['list'] =>
    async () => ({ sequence: 4n, ids: new Set(ids.map(String)) })

  test('a slot that is not on the list is left out, and the log says how many there are', async () => {
    const { folder, ids } = await newPool({ size: 3 })
    const stopping = new AbortController()
    const init = await around({ folder, list: listOf(ids[0], ids[2]), signal: stopping.signal })
    const held = [await openSlot(init), await openSlot(init)]
    expect(held.map(({ lease, listedBy }) => [lease.slot, listedBy])).toEqual([
      [0, 4n],
      [2, 4n]
    ])
    init.lines.length = 0
    const third = refusal(init)
    await until(() => init.lines.length > 0)
    expect(init.lines[0]).toContain('all 2 listed slots of the pool are held')
    stopping.abort(new Error('SIGTERM'))
    expect(await third).toMatchObject({ message: 'SIGTERM' })
    for (const slot of held) await slot.release()
  })

  test('a list that comes while a node waits opens its slots', async () => {
    const { folder, ids } = await newPool({ size: 2 })
    const listed = new Set(ids.slice(0, 1))
    const init = await around({ folder, list: async () => ({ sequence: 4n, ids: listed }) })
    const first = await openSlot(init)
    let second: HeldSlot | undefined
    init.lines.length = 0
    void openSlot(init).then(held => (second = held))
    await until(() => init.lines.length > 0)
    listed.add(ids[1] ?? '')
    while (init.lines.length < 3) await pass(init.clock, 500)
    await until(() => second !== undefined)
    expect(second?.lease.slot).toBe(1)
    for (const slot of [first, second]) await slot?.release()
  })

  test('a pool of which no slot is on the list is refused', async () => {
    expect(await refusal(await around({ list: listOf('12D3KooWother') }))).toMatchObject({
      name: 'NoListedSlotError',
      exitCode: 3,
      hint: expect.stringMatching(/identity pool --cluster.*cluster add/)
    })
  })

  test('so is a slot from outside that is not on it', async () => {
    const { folder, ids } = await newPool({ size: 2 })
    const init = await around({ folder, list: listOf(ids[0]), lease: { ordinal: '1' } })
    expect(await refusal(init)).toMatchObject({ name: 'NoListedSlotError', message: expect.stringContaining('Slot 1') })
  })
})

describe('a lease keeper that is none', () => {
  test.each([
    ['nobody is named', {}, {}],
    ['the variable is empty', {}, { WAYSTONE_POOL_POSTGRES: '' }],
    ['the variable is no URL of PostgreSQL', {}, { WAYSTONE_POOL_POSTGRES: 'mysql://a:hunter2@b' }],
    ['the file is not there', { postgresFile: '/nowhere/url' }, {}]
  ])('%s', async (_what, lease, env) => {
    const error = await refusal(await around({ lease, env }))
    expect(error).toMatchObject({ name: 'LeaseKeeperMissingError', exitCode: 2, hint: expect.any(String) })
    expect((error as Error).message).not.toContain('hunter2')
  })

  test('others can read the file with the URL', async () => {
    const file = join(await scratchFolder(), 'url')
    await writeFile(file, 'postgresql://a:hunter2@127.0.0.1/b')
    await chmod(file, 0o644)
    const error = await refusal(await around({ lease: { postgresFile: file } }))
    expect(error).toMatchObject({ name: 'LeaseKeeperMissingError', hint: expect.stringContaining('chmod 600') })
  })
})
