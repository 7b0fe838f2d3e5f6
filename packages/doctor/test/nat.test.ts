import { describe, expect, it } from 'vitest'
import { classifyFiltering, classifyMapping } from '../src/nat/behaviour.ts'
import { observeFiltering, observeMapping } from '../src/nat/observe.ts'
import type { Endpoint } from '../src/stun/endpoint.ts'
import type { BindingQuery, BindingResult, StunClient } from '../src/stun/stun-client.ts'

const [a1, a2]: Endpoint[] = [
  { ip: '203.0.113.10', port: 3_478 },
  { ip: '203.0.113.10', port: 3_479 }
] as [Endpoint, Endpoint]
const [b1, b2]: Endpoint[] = [
  { ip: '203.0.113.11', port: 3_478 },
  { ip: '203.0.113.11', port: 3_479 }
] as [Endpoint, Endpoint]
const signal = AbortSignal.any([])
const local = [{ ip: '10.0.0.2', port: 5_000 }]
const outside = (port: number): Endpoint => ({ ip: '198.51.100.7', port })

describe('mapping', () => {
  it.each([
    [
      'no NAT',
      [
        [a1, local[0]!],
        [b1, local[0]!]
      ],
      'no NAT'
    ],
    ['no NAT, one server', [[a1, local[0]!]], 'no NAT'],
    [
      'the same everywhere',
      [
        [a1, outside(1)],
        [b1, outside(1)],
        [b2, outside(1)]
      ],
      'endpoint-independent'
    ],
    [
      'the same at two servers',
      [
        [a1, outside(1)],
        [b1, outside(1)]
      ],
      'endpoint-independent'
    ],
    [
      'another at each address',
      [
        [a1, outside(1)],
        [b1, outside(2)],
        [b2, outside(2)]
      ],
      'address-dependent'
    ],
    [
      'another at each of two servers',
      [
        [a1, outside(1)],
        [b1, outside(2)]
      ],
      'address-dependent'
    ],
    [
      'another everywhere',
      [
        [a1, outside(1)],
        [b1, outside(2)],
        [b2, outside(3)]
      ],
      'address-and-port-dependent'
    ],
    [
      'another at each port of one server',
      [
        [a1, outside(1)],
        [a2, outside(2)]
      ],
      'address-and-port-dependent'
    ],
    [
      'another IP from a pool',
      [
        [a1, outside(1)],
        [b1, { ip: '198.51.100.8', port: 1 }]
      ],
      'address-dependent'
    ],
    ['one answer', [[a1, outside(1)]], 'unknown'],
    [
      'the same at two ports of one server',
      [
        [a1, outside(1)],
        [a2, outside(1)]
      ],
      'unknown'
    ],
    ['no answer', [], 'unknown']
  ] satisfies [string, [Endpoint, Endpoint][], string][])('%s', (_name, pairs, behaviour) => {
    const seen = pairs.map(([server, mapped]) => ({ server, mapped }))
    const verdict = classifyMapping({ seen, local, asked: 2 })
    expect(verdict.behaviour).toBe(behaviour)
    expect(verdict.reason).not.toBe('')
  })

  it('says why it is unknown', () => {
    expect(classifyMapping({ seen: [], local, asked: 0 }).reason).toContain('configured')
    expect(classifyMapping({ seen: [], local, asked: 2 }).reason).toContain('answered')
    expect(classifyMapping({ seen: [{ server: a1, mapped: outside(1) }], local, asked: 1 }).reason).toContain('two')
  })
})

describe('filtering', () => {
  const base = { asked: 1, answered: true, hasOther: true }
  it.each([
    [{ ...base, fromOtherAddress: true, fromOtherPort: true }, 'endpoint-independent'],
    [{ ...base, fromOtherAddress: false, fromOtherPort: true }, 'address-dependent'],
    [{ ...base, fromOtherAddress: false, fromOtherPort: false }, 'address-and-port-dependent'],
    [{ ...base, hasOther: false }, 'unknown'],
    [{ ...base, answered: false, hasOther: false }, 'unknown'],
    [{ asked: 0, answered: false, hasOther: false }, 'unknown']
  ])('%o is %s', (evidence, behaviour) => {
    expect(classifyFiltering(evidence).behaviour).toBe(behaviour)
  })
})

/** A client whose answers a test makes up. */
function client(answer: (server: Endpoint, query: BindingQuery) => BindingResult | undefined): StunClient {
  const ask = async (server: Endpoint, query: BindingQuery): Promise<BindingResult> => {
    const result = answer(server, query)
    if (result === undefined) throw Object.assign(new Error('silence'), { name: 'StunTimeoutError' })
    return result
  }
  return { ask } as unknown as StunClient
}

describe('asking a server with a second address', () => {
  it('asks for the mapping at all four of its ends', async () => {
    const seen = await observeMapping(
      client(from => ({ mapped: outside(from.port), from, other: b2 })),
      { servers: [a1], signal }
    )
    expect(seen.map(({ server }) => server)).toEqual([a1, b1, b2, a2])
  })

  it('goes on with the servers that answer', async () => {
    const seen = await observeMapping(
      client(from => (from.ip === a1.ip ? undefined : { mapped: outside(1), from })),
      { servers: [a1, b1], signal }
    )
    expect(seen).toEqual([{ server: b1, mapped: outside(1) }])
  })

  it('sees which answers come through the filter', async () => {
    const evidence = await observeFiltering(
      client((from, { change }) => {
        if (change?.ip === true) return undefined
        return { mapped: outside(1), from: change === undefined ? from : a2, other: b2 }
      }),
      { servers: [a1], signal }
    )
    expect(evidence).toEqual({ asked: 1, answered: true, hasOther: true, fromOtherAddress: false, fromOtherPort: true })
  })

  it('is not taken in by a server that answers from where it was asked', async () => {
    const answer = { mapped: outside(1), from: a1, other: b2 }
    const evidence = await observeFiltering(
      client(() => answer),
      { servers: [a1], signal }
    )
    expect(evidence.hasOther).toBe(false)
  })
})
