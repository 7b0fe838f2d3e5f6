import { readFile } from 'node:fs/promises'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { systemClock } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { ipnsNameOf, signRecord } from '@waystone/trust-acl/offline'
import { afterEach, expect, test } from 'vitest'
import { cleanUp, contentNode } from '../../../content/test/nodes.ts'
import { blocksOf } from '../../../content/test/vectors.ts'
import { connect, follower, inUse, mirrorOf } from './followers.ts'
import type { Libp2p } from '@libp2p/interface'

afterEach(cleanUp)

// see packages/content/test/vectors and packages/trust-acl/test/ipns/vectors/kubo
const SHAPES = [
  ['a file of one block', 'default', '/ipfs/QmcAEBrmE9ZctyytBmdyz7jUP5zaP1yhdV8uLESapi9q2f'],
  ['a file of many blocks', 'chunked', '/ipfs/bafybeid7n5a3ph745ptjmq33amqbzfh4qcckv4cammur6ga3m3bkulu7sm'],
  ['a file in a folder', 'folder', '/ipfs/QmZiy3XyGDQeM5cyosGbEcQPwDGp6bjpVY7KzHkBw85WbV/trust-file.json'],
  [
    'a file in a folder in a folder',
    'nested-folder',
    '/ipfs/bafybeibjtffuh73mds6vppq7k2ve44zsgrcrz3iomm3nchg6gaeekyrovu/lists/trust-file.json'
  ]
] as const
const KUBO_NAMES = [
  ['Ed25519', 'k51qzi5uqu5dk2c6thwntp62tz339rn7qlntt0k2w41nloo5crbyav5dzuoz6h'],
  ['RSA', 'k2k4r8o5g60h5w16djlfxu2c0shyns7suwqlyfculej8ih7hzq0p76fp']
] as const
const { description } = JSON.parse(
  await readFile(new URL('../../../content/test/vectors/trust-file.json', import.meta.url), 'utf8')
) as { description: string }

/** Has what kubo made and speaks, as kubo does, bitswap and nothing of this network's own. */
async function holderOf(car: string): Promise<Libp2p> {
  const holder = await contentNode()
  for (const [cid, block] of await blocksOf(car)) await holder.services.content.putBlock(cid, block)
  return holder
}

async function published(value: string): Promise<{ name: string; record: Uint8Array }> {
  const key = await generateKeyPair('Ed25519')
  const record = await signRecord({ key, value, sequence: 1n, now: systemClock.now() })
  return { name: ipnsNameOf(key.publicKey).text, record }
}

test.for(KUBO_NAMES)(
  'a name that kubo published is followed: record of a mirror, file over bitswap (%s)',
  async ([, name]) => {
    const path = `../../../trust-acl/test/ipns/vectors/kubo/${name}.ipns-record`
    const record = new Uint8Array(await readFile(new URL(path, import.meta.url)))
    const holder = await holderOf('cid-v1')
    const node = await follower({ name, mirrors: [await mirrorOf({ [name]: record })] })
    await node.libp2p.dial(holder.getMultiaddrs())
    await until(() => inUse(node) === description)
    expect(node.trust.entry('cluster')?.status).toMatchObject({ state: 'ok', via: 'https', sequence: 0n })
    expect(node.fetches.all()).toContainEqual({ way: 'https', result: 'found', count: expect.any(Number) })
  }
)

test.for(SHAPES)(
  '%s, as kubo adds it, is followed over bitswap and lives on when its holder is gone',
  async ([, car, value]) => {
    const { name, record } = await published(value)
    const holder = await holderOf(car)
    const node = await follower({ name, mirrors: [await mirrorOf({ [name]: record })] })
    await node.libp2p.dial(holder.getMultiaddrs())
    await until(() => inUse(node) === description)
    await holder.stop()
    // a stranger to the follower: it gets nothing from it over bitswap, and has no mirror
    const newcomer = await follower({ role: 'edge', name })
    await connect(newcomer, node)
    await until(() => inUse(newcomer) === description)
    expect(newcomer.trust.entry('cluster')?.status.via).toBe('rpc')
    expect(node.trust.explain({ peer: newcomer.libp2p.peerId }, 'bulk-data-sync').allow).toBe(false)
  }
)
