import { ManualClock, until } from '@waystone/kit/testing'
import { expect, it } from 'vitest'
import { PROVIDER_PAUSE_MS } from '../src/constants.ts'
import { pacedProviders } from '../src/paced-providers.ts'
import type { PeerId, Provider } from '@libp2p/interface'

const peer = (name: string): PeerId =>
  ({ toString: () => name, equals: (other: unknown) => String(other) === name }) as PeerId
const provider = (name: string): Provider => ({ id: peer(name), multiaddrs: [], routing: 'test' })

function paced(names: string[], limit = 9) {
  const asked: string[] = []
  const found = (async function* () {
    for (const name of names) {
      asked.push(name)
      yield provider(name)
    }
  })()
  const clock = new ManualClock()
  return { asked, clock, init: { found, self: peer('self'), clock, limit } }
}

it('looks for the next provider only after a pause, and never gives this node', async () => {
  const { asked, clock, init } = paced(['self', 'a', 'b'])
  const providers = pacedProviders(init)
  expect(String((await providers.next()).value?.id)).toBe('a')
  const next = providers.next()
  await until(() => clock.pending === 1)
  expect(asked).toEqual(['self', 'a'])
  await clock.advance(PROVIDER_PAUSE_MS)
  expect(String((await next).value?.id)).toBe('b')
})

it('ends the pause when nobody wants more', async () => {
  const { asked, clock, init } = paced(['a', 'b'])
  const gone = new AbortController()
  const providers = pacedProviders(init, { signal: gone.signal })
  await providers.next()
  const next = providers.next()
  await until(() => clock.pending === 1)
  gone.abort(new Error('found'))
  await expect(next).rejects.toThrow('found')
  expect(asked).toEqual(['a'])
})

it('gives so many and no more', async () => {
  const { asked, init } = paced(['a', 'b', 'c'], 1)
  const got: string[] = []
  for await (const { id } of pacedProviders(init)) got.push(String(id))
  expect([got, asked]).toEqual([['a'], ['a']])
})
