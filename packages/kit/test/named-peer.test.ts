import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePeer } from '../src/index.ts'

const PEER = '12D3KooWGzBXWNvHpLALvz2jjwdC6gD3yfQqKoNJPpdjWWXNG5Pz'
const RELAY = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'

describe('a peer', () => {
  it('is named by its id', () => {
    expect(parsePeer(PEER)).toMatchObject({ addresses: [] })
    expect(parsePeer(PEER).peer.toString()).toBe(PEER)
  })

  it.each([
    `/ip4/192.0.2.7/tcp/4001/p2p/${PEER}`,
    `/dns4/relay.example/tcp/443/wss/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`
  ])('is named by the last id of %s', address => {
    const { peer, addresses } = parsePeer(address)
    expect(peer.toString()).toBe(PEER)
    expect(addresses.map(String)).toEqual([address])
  })

  it.each(['', 'nobody', '/', '/ip4/192.0.2.7/tcp/4001', `/p2p/${PEER}/p2p-circuit`, `/ip4/999.0.0.1/p2p/${PEER}`])(
    'is not named by %j',
    text => {
      expect(() => parsePeer(text)).toThrow(expect.objectContaining({ name: 'PeerNameInvalidError' }))
    }
  )

  it('is named by no other text; the error repeats little of it and says what to do', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), text => {
        try {
          parsePeer(text)
        } catch (error) {
          expect(error).toMatchObject({ name: 'PeerNameInvalidError', hint: expect.stringContaining('12D3Koo') })
        }
      })
    )
    expect(() => parsePeer('x'.repeat(10_000))).toThrow(/^.{0,250}$/)
  })
})
