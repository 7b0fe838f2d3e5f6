import { afterEach, describe, expect, it, vi } from 'vitest'
import { ReceiveReport } from '../../src/edge/receive-report.ts'

const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const SEED = '/dns4/seed.example.org/tcp/4001/p2p/12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'
const LOOPBACK = `/ip4/127.0.0.1/tcp/4100/p2p/${PEER}`
const OUTER = `/ip4/192.0.2.7/tcp/4100/p2p/${PEER}`

afterEach(() => vi.restoreAllMocks())

function listening(addresses: string[], seeds: string[]): string {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  new ReceiveReport({}).listening({ peerId: PEER, addresses, seeds })
  return String(log.mock.lastCall?.[0])
}

describe('what a receiver says of how it is reached', () => {
  it('is its peer id where seeds know it', () => {
    expect(listening([LOOPBACK, OUTER], [SEED])).toMatch(`send with: waystone send FILE ${PEER} --seeds ${SEED}`)
  })

  it('is an address that other machines can use where there are no seeds', () => {
    expect(listening([LOOPBACK, OUTER], [])).toMatch(`send with: waystone send FILE ${OUTER}`)
  })

  it('is a loopback address where there is no other', () => {
    expect(listening([LOOPBACK], [])).toMatch(`send with: waystone send FILE ${LOOPBACK}`)
  })

  it('lists a few of many addresses', () => {
    const text = listening(
      Array.from({ length: 40 }, () => OUTER),
      [SEED]
    )
    expect(text.split('\n')).toHaveLength(9)
    expect(text).toMatch('and 34 more, listed with --json')
  })
})
