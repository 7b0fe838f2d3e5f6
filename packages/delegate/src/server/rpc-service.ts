import { Code, ConnectError } from '@connectrpc/connect'
import { nameOf } from '@waystone/kit/error-fields'
import { callerKey } from '@waystone/rpc'
import { readCid } from '../blocks/codecs.ts'
import { PART_BYTES } from '../constants.ts'
import { nameFromBytes } from '../ipns-name.ts'
import { readPeer, sentPeer } from '../peer-addresses.ts'
import { announcedAddresses } from './announced-addresses.ts'
import { callError } from './failures.ts'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'
import type { PeerCaller } from '@waystone/rpc'
import type { NodeTrust } from '@waystone/interface'
import type { DelegateService } from '@waystone/wire/delegate'
import type { FetchedBlock } from '../contract.ts'
import type { DelegateMetrics } from '../metrics.ts'
import type { AnnouncedInit } from './announced-addresses.ts'
import type { Desk, DeskCall } from './desk.ts'

/** By method: what the caller must be allowed. */
export const TRUST_FUNCTIONS = {
  resolveIpns: 'remote-resolve-ipns',
  putIpns: 'remote-put-dht',
  provide: 'remote-put-dht',
  findPeer: 'remote-fetch-dht',
  findProviders: 'remote-fetch-dht',
  fetch: 'remote-fetch-cid'
} as const

export interface RpcServiceInit {
  desk: Desk
  trust: Pick<NodeTrust, 'levelOf'>
  metrics: DelegateMetrics
  /** This node, and where it is reached now. */
  self: () => Pick<AnnouncedInit, 'self' | 'own'>
}

/** A part of a block as it travels. */
interface BlockPart {
  cid: Uint8Array
  data: Uint8Array
  last: boolean
}

/** The desk, for peers. */
export function rpcService({ desk, trust, metrics, self }: RpcServiceInit): ServiceImpl<typeof DelegateService> {
  const callOf = (context: HandlerContext): DeskCall => {
    const { peer } = callerOf(context)
    return { holder: { key: peer.toString(), level: trust.levelOf(peer) }, by: peer, signal: context.signal }
  }
  const told = (error: unknown): ConnectError => {
    metrics.refused(nameOf(error))
    return callError(error)
  }
  const one = async <T>(work: () => Promise<T>): Promise<T> =>
    await work().catch((error: unknown) => Promise.reject(told(error)))
  const many = async function* <T>(work: () => AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* work()
    } catch (error) {
      throw told(error)
    }
  }
  return {
    resolveIpns: async ({ name }, context) =>
      await one(async () => ({ record: (await desk.resolve(nameFromBytes(name), callOf(context))).record })),
    putIpns: async ({ name, record }, context) =>
      await one(async () => {
        await desk.put(nameFromBytes(name), record, callOf(context))
        return {}
      }),
    provide: async ({ cid, addresses }, context) =>
      await one(async () => {
        const { peer: id, remoteAddress: remote } = callerOf(context)
        const announced = announcedAddresses({ caller: id, remote, ...self() }, addresses)
        const provider = { id, multiaddrs: announced }
        return { copied: await desk.provide(readCid(cid), provider, callOf(context)) }
      }),
    findPeer: async ({ peer }, context) =>
      await one(async () => ({ peer: sentPeer(await desk.findPeer(readPeer(peer), callOf(context))) })),
    findProviders: ({ cid, limit }, context) =>
      many(async function* () {
        for await (const found of desk.findProviders(readCid(cid), limit, callOf(context))) {
          yield { provider: sentPeer(found) }
        }
      }),
    fetch: ({ cid, maxBytes, oneBlock }, context) =>
      many(async function* () {
        const options = { ...(maxBytes > 0n && { maxBytes: Number(maxBytes) }), oneBlock }
        for await (const block of desk.fetch(readCid(cid), options, callOf(context))) yield* partsOf(block)
      })
  }
}

function* partsOf({ cid, bytes }: FetchedBlock): Generator<BlockPart> {
  for (let at = 0; at === 0 || at < bytes.length; at += PART_BYTES) {
    const end = at + PART_BYTES
    yield { cid: at === 0 ? cid.bytes : new Uint8Array(), data: bytes.subarray(at, end), last: end >= bytes.length }
  }
}

function callerOf({ values }: HandlerContext): PeerCaller {
  const caller = values.get(callerKey)
  if (caller?.kind === 'peer') return caller
  throw new ConnectError('only peers can call this', Code.PermissionDenied)
}
