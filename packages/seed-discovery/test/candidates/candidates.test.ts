import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { Candidates } from '../../src/candidates/candidates.ts'
import { newKey } from '../network.ts'
import type { FoundSeed } from '../../src/sources/source.ts'

const DNS = { kind: 'dns', target: 'seeds.example.org' } as const
const URL = { kind: 'url', target: 'https://example.org/seeds' } as const
const peer = peerIdFromPrivateKey(await newKey())
const at = (...ips: string[]): FoundSeed[] => ips.map(ip => ({ address: multiaddr(`/ip4/${ip}/tcp/4001`), peer }))
const placesOf = (candidates: Candidates): string[] =>
  candidates.addressesOf(peer.toString()).map(address => address.getComponents()[0]?.value ?? '')

it('a peer that has moved is looked for where its source says now, and that is news', () => {
  const candidates = new Candidates()
  expect(candidates.tell(DNS, at('192.0.2.1', '192.0.2.2'))).toBe(true)
  expect(candidates.tell(DNS, at('192.0.2.2', '192.0.2.1'))).toBe(false)
  candidates.tell(URL, at('192.0.2.3'))
  expect(candidates.tell(DNS, at('192.0.2.4', '192.0.2.2'))).toBe(true)
  expect(placesOf(candidates)).toEqual(['192.0.2.4', '192.0.2.3', '192.0.2.2'])
})

it('a source that names many places of one peer does not hide where another says that it is', () => {
  const candidates = new Candidates()
  candidates.tell(DNS, at(...Array.from({ length: 256 }, (_, index) => `192.0.2.${index}`)))
  candidates.tell(URL, at('198.51.100.1'))
  expect(placesOf(candidates)).toHaveLength(16)
  expect(placesOf(candidates)).toContain('198.51.100.1')
})
