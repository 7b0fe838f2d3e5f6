import { multiaddr } from '@multiformats/multiaddr'
import { ManualClock, until } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { interleaveFamilies, race } from '../src/happy-eyeballs.ts'

const order = (...texts: string[]): string[] => interleaveFamilies(texts.map(text => multiaddr(text))).map(String)

describe('the order of addresses', () => {
  it('takes families in turns, IPv6 first, and keeps the order within each', () => {
    const [a4, b4, c4] = ['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.2/tcp/1', '/ip4/192.0.2.3/tcp/1']
    const [a6, name] = ['/ip6/2001:db8::1/tcp/1', '/dns4/a.example.org/tcp/1']
    expect(order(a4, b4, c4, name, a6)).toEqual([a6, a4, name, b4, c4])
    expect(order()).toEqual([])
  })
})

interface Tries {
  begun: string[]
  ended: string[]
  discarded: string[]
}

function start(items: string[], outcome: (item: string, signal: AbortSignal) => Promise<string>) {
  const [clock, ending] = [new ManualClock(), new AbortController()]
  const tries: Tries = { begun: [], ended: [], discarded: [] }
  const result = race(items, {
    attempt: async (item, { signal }) => {
      tries.begun.push(item)
      signal.addEventListener('abort', () => tries.ended.push(item))
      return outcome(item, signal)
    },
    discard: late => tries.discarded.push(late),
    signal: ending.signal,
    clock
  })
  return { clock, ending, tries, result }
}

const never = async (signal: AbortSignal): Promise<string> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))

describe('the race of attempts', () => {
  it('begins the next one 250 ms after the last; the first that succeeds ends the others', async () => {
    const third = Promise.withResolvers<string>()
    const { clock, tries, result } = start(['a', 'b', 'c', 'd'], async (item, signal) =>
      item === 'c' ? third.promise : never(signal)
    )
    expect(tries.begun).toEqual(['a'])
    await clock.advance(249)
    expect(tries.begun).toEqual(['a'])
    await clock.advance(251)
    expect(tries.begun).toEqual(['a', 'b', 'c'])
    third.resolve('won')
    expect(await result).toBe('won')
    await clock.advance(1_000)
    expect([tries.begun, tries.ended.toSorted(), clock.pending]).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], 0])
  })

  it('begins the next one at once when the last has failed', async () => {
    const { tries, result, clock } = start(['a', 'b', 'c'], async item => {
      if (item !== 'c') throw new Error(item)
      return item
    })
    expect([await result, tries.begun, clock.pending]).toEqual(['c', ['a', 'b', 'c'], 0])
  })

  it('fails when all have failed, with every reason', async () => {
    const { result, clock } = start(['a', 'b'], async item => Promise.reject(new Error(item)))
    await expect(result).rejects.toMatchObject({ errors: [{ message: 'a' }, { message: 'b' }] })
    expect(clock.pending).toBe(0)
  })

  it('ends with its signal, and gives back what comes too late', async () => {
    const late = Promise.withResolvers<string>()
    const { tries, ending, result, clock } = start(['a', 'b'], async () => late.promise)
    ending.abort(new Error('enough'))
    late.resolve('a')
    await expect(result).rejects.toThrow('enough')
    await until(() => tries.discarded.length === 1)
    expect([tries.begun, clock.pending]).toEqual([['a'], 0])
  })
})
