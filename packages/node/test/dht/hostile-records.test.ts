import { generateKeyPair, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { Libp2pRecord } from '@libp2p/record'
import { expect, it, onTestFinished } from 'vitest'
import { systemRandom } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { startLocalNode } from '../local-node.ts'
import { startVillain } from './villain.ts'
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Villain } from './villain.ts'

async function started(): Promise<{ node: Libp2p; peerId: PeerId }> {
  const local = await startLocalNode('seed')
  onTestFinished(async () => await local[Symbol.asyncDispose]())
  return { node: local.node.libp2p, peerId: local.node.libp2p.peerId }
}

async function someone(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Puts a record, and says whether it was taken and is given to whoever asks for it. */
async function put(villain: Villain, to: PeerId, key: Uint8Array, value: Uint8Array) {
  const record = new Libp2pRecord(key, value, new Date()).serialize()
  const { name } = await villain.send(to, { type: 'PUT_VALUE', key, record })
  const answer = await villain.send(to, { type: 'GET_VALUE', key })
  return { isTaken: name === 'PEER_RESPONSE', isGiven: answer.record !== undefined }
}

const inherited = Object.getOwnPropertyNames(Object.prototype)

it('refuses records of every kind that this DHT does not have, also those that every object has by itself', async () => {
  const { node, peerId } = await started()
  const villain = await startVillain(node)
  for (const kind of ['', 'x', 'v', 'dnsaddr', 'provider', ...inherited]) {
    const result = await put(villain, peerId, text(`/${kind}/something`), text('anything'))
    expect(result, kind).toEqual({ isTaken: false, isGiven: false })
  }
  for (const key of ['', '/', 'pk', '/ipns'])
    expect((await put(villain, peerId, text(key), text('anything'))).isTaken, key).toBe(false)
})

it('takes a public key only under the id of its peer, and nothing besides', async () => {
  const { node, peerId } = await started()
  const villain = await startVillain(node)
  const { publicKey } = await generateKeyPair('RSA', 2048)
  const [own, other] = [publicKey.toMultihash().bytes, (await someone()).toMultihash().bytes]
  const good = publicKeyToProtobuf(publicKey)
  const refused = { isTaken: false, isGiven: false }
  expect((await put(villain, peerId, join(text('/pk/'), other), good)).isTaken).toBe(false)
  // a field that nobody knows, behind the two that a key has
  const stuffed = join(good, new Uint8Array([0x7a, 4, 1, 2, 3, 4]))
  expect(await put(villain, peerId, join(text('/pk/'), own), stuffed)).toEqual(refused)
  expect(await put(villain, peerId, join(text('/pk/'), own), text('no key'))).toEqual(refused)
  expect(await put(villain, peerId, join(text('/pk/'), own), good)).toEqual({ isTaken: true, isGiven: true })
})

/** Who has it, in the words of a node. */
async function providersOf(villain: Villain, at: PeerId, key: Uint8Array): Promise<string[] | undefined> {
  const answer = await villain.send(at, { type: 'GET_PROVIDERS', key })
  return answer.name === 'PEER_RESPONSE' ? answer.providers?.map(({ id }) => id.toString()) : undefined
}

async function claim(villain: Villain, to: PeerId, key: Uint8Array, provider: PeerId): Promise<void> {
  const multiaddrs = villain.libp2p.getMultiaddrs().map(({ bytes }) => bytes)
  const providers = [{ id: provider.toMultihash().bytes, multiaddrs }]
  await villain.send(to, { type: 'ADD_PROVIDER', key, providers })
}

/** Of raw bytes that nobody has, by their SHA-256. */
function randomCid(): Uint8Array {
  return join(new Uint8Array([1, 0x55, 0x12, 32]), systemRandom.bytes(32))
}

/** Of 5,000 raw bytes, by themselves. */
function longCid(): Uint8Array {
  return join(new Uint8Array([1, 0x55, 0, 0x88, 0x27]), systemRandom.bytes(5_000))
}

it('takes the record of a provider only from the provider', async () => {
  const { node, peerId } = await started()
  const villain = await startVillain(node)
  const cid = randomCid()
  await claim(villain, peerId, cid, await someone())
  await claim(villain, peerId, cid, villain.libp2p.peerId)
  await until(async () => (await providersOf(villain, peerId, cid))?.length === 1)
  expect(await providersOf(villain, peerId, cid)).toEqual([villain.libp2p.peerId.toString()])
})

it('refuses a provider of a content whose name is as long as the content', async () => {
  const { node, peerId } = await started()
  const villain = await startVillain(node)
  const cid = longCid()
  await claim(villain, peerId, cid, villain.libp2p.peerId)
  const small = randomCid()
  await claim(villain, peerId, small, villain.libp2p.peerId)
  await until(async () => (await providersOf(villain, peerId, small))?.length === 1)
  expect(await providersOf(villain, peerId, cid)).toEqual([])
})

it('answers with the providers that it can reach when another one is known no more', async () => {
  const { node, peerId } = await started()
  const [gone, stays] = [await startVillain(node), await startVillain(node)]
  const cid = randomCid()
  await claim(gone, peerId, cid, gone.libp2p.peerId)
  await claim(stays, peerId, cid, stays.libp2p.peerId)
  await until(async () => (await providersOf(stays, peerId, cid))?.length === 2)
  await gone.libp2p.stop()
  await until(() => node.getConnections(gone.libp2p.peerId).length === 0)
  await node.peerStore.delete(gone.libp2p.peerId)
  expect(await providersOf(stays, peerId, cid)).toEqual([stays.libp2p.peerId.toString()])
})
