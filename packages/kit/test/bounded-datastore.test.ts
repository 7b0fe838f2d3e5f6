import { BoundedDatastore } from '@waystone/kit/bounded-datastore'
import { SqliteDatastore } from '@waystone/kit/sqlite-datastore'
import { Key } from 'interface-datastore'
import { expect, onTestFinished, test } from 'vitest'

const VALUE = new Uint8Array(8)

async function openStore(): Promise<SqliteDatastore> {
  const store = new SqliteDatastore({ path: ':memory:' })
  await store.open()
  onTestFinished(async () => store.close())
  return store
}

function bounded(store: SqliteDatastore, maxEntries = 3): BoundedDatastore {
  return new BoundedDatastore({ store, prefix: '/dht', maxEntries, maxEntryBytes: 100 })
}

async function keysIn(store: SqliteDatastore): Promise<string[]> {
  const keys: string[] = []
  for await (const key of store.queryKeys({})) keys.push(key.toString())
  return keys
}

test('the entry that was longest not written makes room for a new one', async () => {
  const store = await openStore()
  const dht = bounded(store)
  for (const name of ['a', 'b', 'c', 'a', 'd']) await dht.put(new Key(`/dht/${name}`), VALUE)
  expect(await keysIn(store)).toEqual(['/dht/a', '/dht/c', '/dht/d'])
})

test('an entry that was deleted makes room', async () => {
  const store = await openStore()
  const dht = bounded(store)
  for (const name of ['a', 'b', 'c']) await dht.put(new Key(`/dht/${name}`), VALUE)
  await dht.delete(new Key('/dht/b'))
  await dht.put(new Key('/dht/d'), VALUE)
  expect(await keysIn(store)).toEqual(['/dht/a', '/dht/c', '/dht/d'])
})

test('what an earlier run left counts, what stands elsewhere does not', async () => {
  const store = await openStore()
  for (const key of ['/peers/p', '/dht/a', '/dht/b', '/dht/c']) await store.put(new Key(key), VALUE)
  await bounded(store).put(new Key('/dht/d'), VALUE)
  expect(await keysIn(store)).toEqual(['/dht/b', '/dht/c', '/dht/d', '/peers/p'])
})

test.each([
  ['value', '/dht/a', 101],
  ['key', `/dht/${'a'.repeat(100)}`, 0]
])('a %s that is too large is not stored', async (_, key, length) => {
  const store = await openStore()
  await expect(bounded(store).put(new Key(key), new Uint8Array(length))).rejects.toMatchObject({
    name: 'EntryTooLargeError'
  })
  expect(await keysIn(store)).toEqual([])
})

test('everything else is what the store itself answers', async () => {
  const dht = bounded(await openStore())
  const key = new Key('/dht/a')
  await dht.put(key, VALUE)
  expect(await dht.has(key)).toBe(true)
  expect(await dht.get(key)).toEqual(VALUE)
  const found: string[] = []
  for await (const pair of dht.query({ prefix: '/dht' })) found.push(pair.key.toString())
  expect(found).toEqual(['/dht/a'])
  await expect(dht.get(new Key('/dht/b'))).rejects.toMatchObject({ name: 'NotFoundError' })
})
