import {
  MAX_BLOCK_BYTES,
  MAX_FILE_BYTES,
  MIN_PART_BYTES,
  PART_DEADLINE_MS,
  RPC_DEADLINE_MS
} from '../ipns/constants.ts'
import { IpnsFileTooLargeError, IpnsNotFoundError } from '../ipns/errors.ts'
import { IdleDeadline } from '../ipns/idle-deadline.ts'
import { joined } from '../ipns/mirror-way.ts'
import { isRawCid, requireBlock } from '../ipns/raw-block.ts'
import type { Client } from '@connectrpc/connect'
import type { Clock } from '@waystone/interface'
import type { PeerId } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { TrustExchangeService } from '@waystone/wire/trust'
import type { CID } from 'multiformats/cid'
import type { ExchangePeers } from '../ipns/parts.ts'
import type { IpnsName } from '../ipns/name.ts'
import type { FindingWay, FindOptions, GivingWay } from '../ipns/ways.ts'

type Clients = (peer: PeerId) => Promise<Client<typeof TrustExchangeService>>

/** From one peer to the next, over RPC. */
export class RpcWay implements FindingWay, GivingWay {
  readonly via = 'rpc'
  readonly deadlineMs = RPC_DEADLINE_MS
  readonly #client: Clients
  readonly #peers: ExchangePeers
  readonly #clock: Clock

  constructor(rpc: Pick<Rpc, 'client'>, peers: ExchangePeers, clock: Clock) {
    this.#clock = clock
    this.#client = async peer => {
      const { TrustExchangeService: service } = await import('@waystone/wire/trust')
      return rpc.client(service, peer, { timeoutMs: RPC_DEADLINE_MS })
    }
    this.#peers = peers
  }

  async find({ multihash }: IpnsName, { signal, found }: FindOptions): Promise<void> {
    const peers = await this.#peers()
    await Promise.allSettled(
      peers.map(async peer => {
        const client = await this.#client(peer)
        const { record } = await client.getRecord({ name: multihash }, { signal })
        found(record)
      })
    )
  }

  async give({ multihash }: IpnsName, record: Uint8Array, { signal }: { signal: AbortSignal }): Promise<number> {
    const peers = await this.#peers()
    const results = await Promise.allSettled(
      peers.map(async peer => {
        const client = await this.#client(peer)
        return await client.putRecord({ name: multihash, record }, { signal })
      })
    )
    const taken = results.filter(({ status }) => status === 'fulfilled').length
    if (taken > 0) return taken
    throw new IpnsNotFoundError(`no connected peer took the record: ${await summary(results)}`, {
      hint: 'peers take records of names that they follow, and others from those to whom they give redistribute-ipns'
    })
  }

  /**
   * A file of one block, or a block of a file, from one peer, verified against its CID.
   *
   * @throws IpnsFileTooLargeError, IpnsFileMismatchError, DeadlineExceededError, ConnectError
   */
  async block(peer: PeerId, cid: CID, { signal }: { signal: AbortSignal }): Promise<Uint8Array> {
    const max = isRawCid(cid) ? MAX_FILE_BYTES : MAX_BLOCK_BYTES
    using idle = new IdleDeadline({ ms: PART_DEADLINE_MS, what: peer.toString(), signal, clock: this.#clock })
    const parts: Uint8Array[] = []
    let length = 0
    const client = await this.#client(peer)
    for await (const { data } of client.getFile({ cid: cid.bytes }, { signal: idle.signal })) {
      // a trickle is no progress
      if (data.length >= MIN_PART_BYTES) idle.touch()
      length += data.length
      if (length > max) throw new IpnsFileTooLargeError(`${peer.toString()} sent more than a file may have`)
      parts.push(data)
    }
    const bytes = joined(parts, length)
    await requireBlock(cid, bytes)
    return bytes
  }
}

async function summary(results: PromiseSettledResult<unknown>[]): Promise<string> {
  if (results.length === 0) return 'none is connected'
  const [{ Code }, { describeRpcFailure }] = await Promise.all([import('@connectrpc/connect'), import('@waystone/rpc')])
  const codes = results.flatMap(result =>
    result.status === 'rejected' ? [Code[describeRpcFailure(result.reason).code]] : []
  )
  return [...new Set(codes)].join(', ')
}
