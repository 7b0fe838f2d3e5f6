import { Code, ConnectError } from '@connectrpc/connect'
import { describe, expect, it } from 'vitest'
import { systemClock } from '@waystone/kit'
import { ManualClock, until } from '@waystone/kit/testing'
import { TrustExchangeService } from '@waystone/wire/trust'
import { signRecord } from '../../src/ipns/sign.ts'
import { connect, startNode, startPlainNode } from '../nodes.ts'
import { codeOf, failureOf, follow, inUse, publisherKey, sign } from '../publishing.ts'
import { trustFile } from '../records.ts'
import type { TestNode } from '../nodes.ts'

describe('a hostile peer', () => {
  interface Lies {
    record: Uint8Array
    file?: () => AsyncIterable<{ data: Uint8Array }>
  }

  it.each(['IpnsSequenceError', 'IpnsFileMismatchError', 'IpnsFileTooLargeError', 'IpnsFileNotFoundError'])(
    'brings nothing but %s; the last good version stays in use',
    async error => {
      const { name, key, keys } = await publisherKey()
      const good = await startNode({ keys })
      await good.service.publish({ file: trustFile('good'), record: await sign(key, trustFile('good'), 5n) })
      const follower = await startNode()
      await follow(follower, name.text)
      await connect(follower, good)
      await until(() => inUse(follower) === 'good')
      await good.libp2p.stop()
      const record = await sign(key, trustFile('bad'), error === 'IpnsSequenceError' ? 4n : 6n)
      const files: Record<string, Lies['file']> = {
        IpnsFileMismatchError: async function* () {
          yield { data: trustFile('other') }
        },
        IpnsFileTooLargeError: async function* () {
          for (;;) yield { data: new Uint8Array(65_536) }
        }
      }
      await connect(follower, await liar({ record, file: files[error] ?? nothing }))
      await until(async () => (await failureOf(follower.service.fetchEntry('cluster'))) === error)
      expect(inUse(follower)).toBe('good')
      expect(follower.trust.entry('cluster')?.status.error?.name).toBe(error)
    }
  )

  async function liar(lies: Lies) {
    const node = await startPlainNode()
    await node.services.rpc.serve(TrustExchangeService, {
      getRecord: () => ({ record: lies.record }),
      getFile: lies.file ?? nothing
    })
    return { libp2p: node }
  }

  const nothing = (): never => {
    throw new ConnectError('not here', Code.NotFound)
  }
})

describe('the exchange', () => {
  it('answers nobody who is blocked, and lists entries only to whom it may', async () => {
    const node = await startNode()
    const [blocked, stranger, friend] = [await startNode(), await startNode(), await startNode()]
    const { name, key } = await publisherKey()
    await node.service.publish({ file: trustFile('one'), record: await sign(key, trustFile('one')) })
    await node.trust.add({ label: 'no', pubkey: blocked.libp2p.peerId.toString(), kind: 'peer', trustlevel: 'blocked' })
    await node.trust.add({
      label: 'yes',
      pubkey: friend.libp2p.peerId.toString(),
      kind: 'peer',
      trustlevel: 'ultimate'
    })
    const call = async (from: TestNode) => {
      await connect(from, node)
      return from.libp2p.services.rpc.client(TrustExchangeService, node.libp2p.peerId)
    }
    expect(await codeOf((await call(blocked)).getRecord({ name: name.multihash }))).toBe(Code.PermissionDenied)
    const open = await call(stranger)
    expect((await open.getRecord({ name: name.multihash })).record.length).toBeGreaterThan(100)
    expect(await codeOf(open.getRecord({ name: Uint8Array.of(1, 2) }))).toBe(Code.InvalidArgument)
    expect(await codeOf(open.listEntries({}))).toBe(Code.PermissionDenied)
    const mayList = await call(friend)
    const { entries, nextPageToken } = await mayList.listEntries({ pageSize: 1 })
    const rest = await mayList.listEntries({ pageSize: 1, pageToken: nextPageToken })
    expect([...entries, ...rest.entries].map(({ label, level }) => `${label} ${level}`).sort()).toEqual([
      'no blocked',
      'yes ultimate'
    ])
    expect(await codeOf(mayList.listEntries({ pageToken: 'x' }))).toBe(Code.InvalidArgument)
    expect(await codeOf(mayList.exchangeRatings({}))).toBe(Code.Unimplemented)
  })

  it('carries valid records only, and lets nobody bring more than its share', async () => {
    const caller = await startNode()
    // a clock that stands still gives back no calls meanwhile
    const clock = new ManualClock(systemClock.now())
    const node = await startNode({ config: { grants: { 'redistribute-ipns': 'anyone' } }, clock })
    await connect(caller, node)
    const client = caller.libp2p.services.rpc.client(TrustExchangeService, node.libp2p.peerId)
    const [one, two] = [await publisherKey(), await publisherKey()]
    const bring = async ({ key, name }: Awaited<ReturnType<typeof publisherKey>>, sequence = 1n) => {
      const value = '/ipfs/bafkqaaa'
      const record = await signRecord({ key, value, sequence, now: systemClock.now() })
      return await client.putRecord({ name: name.multihash, record })
    }
    await bring(one, 2n)
    expect(await codeOf(bring(one, 1n))).toBe(Code.FailedPrecondition)
    const record = await sign(two.key, trustFile('two'))
    expect(await codeOf(client.putRecord({ name: one.name.multihash, record }))).toBe(Code.InvalidArgument)
    expect(await codeOf(client.putRecord({ name: one.name.multihash, record: new Uint8Array(20_000) }))).toBe(
      Code.InvalidArgument
    )
    const more = await Promise.all(Array.from({ length: 110 }, async () => await publisherKey()))
    const codes: (Code | undefined)[] = []
    for (const name of more) codes.push(await codeOf(bring(name)))
    expect(codes[0]).toBeUndefined()
    expect(codes.at(-1)).toBe(Code.ResourceExhausted)
  })
})
