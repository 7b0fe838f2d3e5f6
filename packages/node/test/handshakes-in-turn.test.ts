import { expect, it } from 'vitest'
import { nextTurn } from '@waystone/kit'
import { HandshakesInTurn } from '../src/libp2p/handshakes-in-turn.ts'
import type { ConnectionEncrypter } from '@libp2p/interface'

type Handshake = Parameters<ConnectionEncrypter['secureInbound']>

/** An encrypter that says which handshakes it has begun, none of which ends. */
function paced() {
  const begun: string[] = []
  class Silent {
    readonly protocol = '/silent'
    readonly #begun = begun
    async secureInbound(): Promise<never> {
      this.#begun.push('in')
      return await new Promise(() => undefined)
    }
    async secureOutbound(): Promise<never> {
      this.#begun.push('out')
      return await new Promise(() => undefined)
    }
  }
  const factory = new HandshakesInTurn().pace(() => new Silent() as unknown as ConnectionEncrypter)
  const encrypter = factory({} as Parameters<typeof factory>[0])
  const begin = (way: 'secureInbound' | 'secureOutbound', signal?: AbortSignal): Promise<unknown> =>
    encrypter[way]({} as Handshake[0], signal === undefined ? undefined : { signal })
  return { encrypter, begun, begin }
}

it('begins one handshake a turn, in the order in which they came, and does not wait for their ends', async () => {
  const { begun, begin } = paced()
  for (let come = 0; come < 5; come++) void begin(come % 2 === 0 ? 'secureInbound' : 'secureOutbound')
  const seen: number[] = []
  while (begun.length < 5) {
    await nextTurn()
    seen.push(begun.length)
  }
  expect(seen.every((count, at) => count <= (seen[at - 1] ?? 0) + 1)).toBe(true)
  expect(begun).toEqual(['in', 'out', 'in', 'out', 'in'])
})

it('hands on one that is done a turn', async () => {
  const { promise: done, resolve: end } = Promise.withResolvers<never>()
  const quick = { secureInbound: async () => await done } as unknown as ConnectionEncrypter
  const factory = new HandshakesInTurn().pace(() => quick)
  const encrypter = factory({} as Parameters<typeof factory>[0])
  const handedOn: number[] = []
  const all = Array.from({ length: 5 }, async () => {
    await encrypter.secureInbound({} as Handshake[0])
    handedOn.push(1)
  })
  for (let turn = 0; turn < 10; turn++) await nextTurn()
  end({} as never)
  const seen: number[] = []
  while (handedOn.length < 5) {
    await nextTurn()
    seen.push(handedOn.length)
  }
  await Promise.all(all)
  expect(seen.every((count, at) => count <= (seen[at - 1] ?? 0) + 1)).toBe(true)
})

it('does not begin one whose time was up before its turn came', async () => {
  const { begun, begin } = paced()
  const late = begin('secureInbound', AbortSignal.abort(new Error('too late')))
  await expect(late).rejects.toThrow('too late')
  expect(begun).toEqual([])
})

it('is the encrypter that it was', () => {
  expect(paced().encrypter.protocol).toBe('/silent')
})
