import { MemoryDatastore } from 'datastore-core'
import { describe, expect, test } from 'vitest'
import { nextTurn } from '@waystone/kit'
import { MAX_ENTRY_EVENTS } from '../../src/database/constants.ts'
import { aName, aPeer, openAcl } from '../people.ts'
import type { Batch } from 'interface-datastore'
import type { TrustEntryInit } from '../../src/index.ts'

/** Counts what is written, and how. */
class CountingDatastore extends MemoryDatastore {
  readonly counts = { puts: 0, batches: 0, batched: 0 }
  failure: Error | undefined

  override put(...args: Parameters<MemoryDatastore['put']>): ReturnType<MemoryDatastore['put']> {
    this.counts.puts++
    return super.put(...args)
  }

  override batch(): Batch {
    const steps: Parameters<Batch['put']>[] = []
    return {
      put: (key, value) => void steps.push([key, value]),
      delete: () => {},
      commit: async () => {
        if (this.failure !== undefined) throw this.failure
        this.counts.batches++
        this.counts.batched += steps.length
        for (const step of steps) await super.put(...step)
      }
    }
  }
}

const entry = (label: string, pubkey: { toString(): string }, more: Partial<TrustEntryInit> = {}): TrustEntryInit => ({
  label,
  pubkey: pubkey.toString(),
  trustlevel: 'peer',
  ...more
})

async function entries(count: number): Promise<TrustEntryInit[]> {
  const peers = await Promise.all(Array.from({ length: count }, aPeer))
  return peers.map((peer, at) => entry(`p${at}`, peer))
}

const labels = ({ acl }: Awaited<ReturnType<typeof openAcl>>): string[] =>
  acl
    .entries()
    .map(({ label }) => label)
    .toSorted()

describe('many entries', () => {
  test('are written in one batch, told once, and there after a restart', { timeout: 60_000 }, async () => {
    const datastore = new CountingDatastore()
    const inits = await entries(9_990)
    await using made = await openAcl({ datastore })
    const seen: number[] = []
    made.acl.onChange(() => seen.push(made.acl.entries().length))
    expect(await made.acl.addAll(inits)).toEqual({ added: 9_990, replaced: 0, skipped: 0 })
    expect(datastore.counts).toEqual({ puts: 0, batches: 1, batched: 9_990 })
    expect(seen).toEqual([9_990])
    expect(made.told.of('added')).toHaveLength(MAX_ENTRY_EVENTS + 1)
    expect(made.told.of('added').at(-1)).toBe('9890 more entries: 9890 at level peer')
    await made.acl.close()
    await using again = await openAcl({ datastore })
    expect(again.acl.entries()).toHaveLength(9_990)
  })

  test('let everything else go on while they are checked, and nobody sees a part of them', async () => {
    await using made = await openAcl()
    const work = made.acl.addAll(await entries(1_000))
    const seen: number[] = []
    const state = { isOver: false }
    void work.then(() => (state.isOver = true))
    for (; !state.isOver; await nextTurn()) seen.push(made.acl.entries().length)
    expect(seen.filter(count => count === 0).length).toBeGreaterThan(7)
    expect(seen.filter(count => count !== 0 && count !== 1_000)).toEqual([])
  })

  test.each<[string, (inits: TrustEntryInit[]) => Promise<TrustEntryInit>]>([
    ['entry 301: "root" is no level', async () => entry('last', await aPeer(), { trustlevel: 'root' })],
    ['entry 301: the label "p0"', async () => entry('p0', await aPeer())],
    ['entry 301: ', async ([first]) => entry('last', first?.pubkey ?? '')],
    ['entry 301: the label "there"', async () => entry('there', await aPeer())]
  ])('are refused as a whole for a bad last one: %s', async (message, last) => {
    const datastore = new CountingDatastore()
    await using made = await openAcl({ datastore })
    await made.acl.add(entry('there', await aPeer()))
    const inits = await entries(300)
    const adding = made.acl.addAll([...inits, await last(inits)])
    await expect(adding).rejects.toMatchObject({ name: 'BatchRefusedError', message: expect.stringContaining(message) })
    expect([labels(made), datastore.counts]).toEqual([['there'], { puts: 1, batches: 0, batched: 0 }])
  })

  test('are refused as a whole when there would be too many, or the disk is full', async () => {
    const datastore = new CountingDatastore()
    await using made = await openAcl({ datastore })
    const one = entry('one', await aPeer())
    const many = made.acl.addAll(Array.from({ length: 10_001 }, () => one))
    await expect(many).rejects.toMatchObject({ name: 'TooManyEntriesError' })
    datastore.failure = new Error('the disk is full')
    await expect(made.acl.addAll([one])).rejects.toThrow('the disk is full')
    expect([labels(made), made.told.events]).toEqual([[], []])
  })

  test('leave nothing behind when the caller goes, at the beginning, while they are checked and in the queue', async () => {
    const datastore = new CountingDatastore()
    await using made = await openAcl({ datastore })
    const inits = await entries(450)
    for (let turns = 0; turns <= 4; turns++) {
      const caller = new AbortController()
      const adding = made.acl.addAll(inits, { signal: caller.signal })
      adding.catch(() => {})
      for (let turn = 0; turn < turns; turn++) await nextTurn()
      caller.abort(new Error('gone'))
      await expect(adding).rejects.toThrow('gone')
    }
    expect([labels(made), datastore.counts.batches]).toEqual([[], 0])
  })

  test('clash with an entry that was added while they were checked', async () => {
    await using made = await openAcl()
    const inits = await entries(250)
    const clashing = entry('p249', await aPeer())
    const [all, one] = await Promise.allSettled([made.acl.addAll(inits), made.acl.add(clashing)])
    expect([all.status, one.status]).toEqual(['rejected', 'fulfilled'])
    expect(labels(made)).toEqual(['p249'])
  })

  test('win over an entry that is added when they are written', async () => {
    await using made = await openAcl()
    const [init] = await entries(1)
    if (init === undefined) throw new Error('no entry')
    const adding = made.acl.addAll([init])
    await nextTurn()
    const late = made.acl.add({ ...init, label: 'late' })
    await adding
    await expect(late).rejects.toMatchObject({ name: 'PubkeyTakenError' })
  })

  test('skip or replace what is there; what is replaced may swap labels, and keeps what is known of it', async () => {
    await using made = await openAcl()
    const [a, b, name] = [await aPeer(), await aPeer(), await aName()]
    await made.acl.addAll([entry('a', a), entry('b', b), entry('f', name, { cacheLifetime: 5 })])
    await made.acl.setStatus('f', { error: { name: 'DownError', message: 'down' }, nextTryAt: 7 })
    const again = [entry('b', a, { trustlevel: 'blocked' }), entry('a', b), entry('g', name)]
    await expect(made.acl.addAll(again)).rejects.toMatchObject({ name: 'BatchRefusedError' })
    expect(await made.acl.addAll(again, { existing: 'skip' })).toEqual({ added: 0, replaced: 0, skipped: 3 })
    expect(await made.acl.addAll(again, { existing: 'replace' })).toEqual({ added: 0, replaced: 3, skipped: 0 })
    expect([made.acl.entry('a')?.pubkey, made.acl.entry('b')?.pubkey]).toEqual([String(b), String(a)])
    expect([made.acl.levelOf(a), made.acl.entry('f')]).toEqual(['blocked', undefined])
    expect(made.acl.entry('g')).toMatchObject({
      cacheLifetime: 5,
      status: { error: { name: 'DownError' }, nextTryAt: 7 }
    })
    expect(made.told.of('changed')[0]).toBe('b: from level peer to blocked, label was "a"')
  })

  test('may name a peer and the trust file that is published under its key', async () => {
    await using made = await openAcl()
    const peer = await aPeer()
    await made.acl.add(entry('peer', peer))
    const file = entry('file', peer.toCID(), { kind: 'file', trustlevel: 'trusted' })
    expect(await made.acl.addAll([file], { existing: 'replace' })).toEqual({ added: 1, replaced: 0, skipped: 0 })
    expect(labels(made)).toEqual(['file', 'peer'])
    expect(made.told.of('added')).toEqual(['peer: at level peer', 'file: at level trusted'])
    await made.acl.remove('file')
    await made.acl.add(file)
    expect(made.told.of('added').at(-1)).toBe('file: at level trusted')
  })
})

test('changes that follow each other without end let timers and sockets have their turn', async () => {
  await using made = await openAcl()
  await made.acl.add(entry('a', await aPeer()))
  const state = { hadTurn: false }
  void nextTurn().then(() => (state.hadTurn = true))
  let changes = 0
  while (!state.hadTurn && changes < 1_000) {
    await made.acl.set('a', { trustlevel: changes % 2 === 0 ? 'trusted' : 'peer' })
    changes++
  }
  expect(changes).toBeLessThan(1_000)
})
