import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { MemoryDatastore } from 'datastore-core/memory'
import { Key } from 'interface-datastore'
import { expect, test } from 'vitest'
import type { Datastore } from 'interface-datastore'

const VALUE = Uint8Array.of(1)

async function keysIn(store: Datastore, prefix?: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of store.queryKeys(prefix === undefined ? {} : { prefix })) keys.push(key.toString())
  return keys.toSorted()
}

test('keys are kept under the prefix, and come back without it', async () => {
  const whole = new MemoryDatastore()
  const part = new NamespacedDatastore(whole, '/plugin/hello')
  await part.put(new Key('/a/b'), VALUE)
  expect(await keysIn(whole)).toEqual(['/plugin/hello/a/b'])
  expect(await keysIn(part)).toEqual(['/a/b'])
  expect(await part.has(new Key('/a/b'))).toBe(true)
  expect(await part.get(new Key('/a/b'))).toEqual(VALUE)
  const pairs = []
  for await (const { key, value } of part.query({ prefix: '/a' })) pairs.push([key.toString(), value])
  expect(pairs).toEqual([['/a/b', VALUE]])
  await part.delete(new Key('/a/b'))
  expect(await keysIn(whole)).toEqual([])
})

test('what lies beside the prefix is out of reach', async () => {
  const whole = new MemoryDatastore()
  const foreign = ['/plugin/hello-again/x', '/plugin/hello', '/peers/x', '/plugin/other/x']
  for (const key of foreign) await whole.put(new Key(key), VALUE)
  const part = new NamespacedDatastore(whole, '/plugin/hello')
  expect(await keysIn(part)).toEqual([])
  for (const prefix of ['', '/', '-again', '..', '/../other', '/plugin/other']) {
    expect(await keysIn(part, prefix)).toEqual([])
  }
  for (const key of ['/../other/x', '/../../peers/x', '//../other/x', '..', '/']) {
    await part.delete(new Key(key))
    await part.put(new Key(key), VALUE)
    expect(await part.has(new Key(key))).toBe(true)
  }
  const all = await keysIn(whole)
  expect(all.filter(key => !key.startsWith('/plugin/hello/')).toSorted()).toEqual(foreign.toSorted())
})

test('a batch stays inside too', async () => {
  const whole = new MemoryDatastore()
  const batch = new NamespacedDatastore(whole, '/plugin/hello').batch()
  batch.put(new Key('/a'), VALUE)
  batch.put(new Key('/b'), VALUE)
  batch.delete(new Key('/a'))
  await batch.commit()
  expect(await keysIn(whole)).toEqual(['/plugin/hello/b'])
})
