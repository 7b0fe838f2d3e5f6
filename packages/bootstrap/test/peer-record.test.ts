import { generateKeyPair } from '@libp2p/crypto/keys'
import { RecordEnvelope } from '@libp2p/peer-record'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { MAX_RECORD_BYTES } from '../src/constants.ts'
import { openPeerRecord, reachOf } from '../src/peer-record.ts'
import { makeRecord, newPeer } from './records.ts'

const refused = { name: 'PeerRecordInvalidError' }

describe('a signed peer record', () => {
  it('is read', async () => {
    const made = await makeRecord({ addresses: ['/ip4/8.8.8.8/tcp/1'], sequence: 7n })
    const opened = await openPeerRecord(made.bytes)
    expect([opened.id, opened.sequence, opened.addresses.map(String)]).toEqual([made.id, 7n, ['/ip4/8.8.8.8/tcp/1']])
  })

  it('is refused when somebody else signed it', async () => {
    const { bytes } = await makeRecord({ peer: await newPeer() })
    await expect(openPeerRecord(bytes)).rejects.toMatchObject(refused)
  })

  it('is refused when any byte of it was changed', async () => {
    const { bytes, id } = await makeRecord()
    const original = await openPeerRecord(bytes)
    for (let at = 0; at < bytes.length; at += 3) {
      const forged = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte))
      const opened = await openPeerRecord(forged).catch(() => undefined)
      // a byte that means nothing may change
      if (opened !== undefined) expect([opened.id, opened.sequence]).toEqual([id, original.sequence])
    }
    expect.hasAssertions()
  })

  it.each([
    ['of another domain', 'something-else', undefined],
    ['of another type', undefined, Uint8Array.of(9, 9)]
  ])('is refused when its envelope is %s', async (_, domain, codec) => {
    const key = await generateKeyPair('Ed25519')
    const inner = RecordEnvelope.createFromProtobuf((await makeRecord({ key })).bytes)
    const record = {
      domain: domain ?? 'libp2p-peer-record',
      codec: codec ?? inner.payloadType,
      marshal: () => inner.payload,
      equals: () => false
    }
    const envelope = await RecordEnvelope.seal(record, key)
    await expect(openPeerRecord(envelope.marshal())).rejects.toMatchObject(refused)
  })

  it('is refused when it is large, has very many addresses, or is no record', async () => {
    const many = await makeRecord({
      addresses: Array.from({ length: 65 }, (_, port) => `/ip4/8.8.8.8/tcp/${port + 1}`)
    })
    await expect(openPeerRecord(many.bytes)).rejects.toMatchObject(refused)
    for (const bytes of [new Uint8Array(MAX_RECORD_BYTES + 1), new Uint8Array(), Uint8Array.of(255, 255, 255)]) {
      await expect(openPeerRecord(bytes)).rejects.toMatchObject(refused)
    }
  })
})

describe('what a record is worth', () => {
  const reach = (texts: readonly string[], isPrivate = false): string[] =>
    reachOf(
      texts.map(text => multiaddr(text)),
      { private: isPrivate }
    ).addresses.map(String)

  it('is one host of each family, so that it cannot name victims', () => {
    const victims = Array.from({ length: 50 }, (_, index) => `/ip4/9.9.${index}.1/tcp/443`)
    const own = ['/ip4/8.8.8.8/tcp/1', '/ip6/2a00::1/tcp/1']
    expect(reach([...own, ...victims])).toEqual(own)
  })

  it('is no more than four addresses', () => {
    const ports = Array.from({ length: 60 }, (_, index) => `/ip4/8.8.8.8/tcp/${index + 1}`)
    expect(reach(ports)).toHaveLength(4)
  })

  it('leaves out names, relays and, unless they are shared, local networks', () => {
    const relay = '/ip4/8.8.4.4/tcp/1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp/p2p-circuit'
    const local = ['/ip4/127.0.0.1/tcp/1']
    expect(reach(['/dns4/victim.example/tcp/443', relay, '/ip4/192.168.1.1/tcp/80', ...local])).toEqual([])
    expect(reach(local, true)).toEqual(local)
  })
})
