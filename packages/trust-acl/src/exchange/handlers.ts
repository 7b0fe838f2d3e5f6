import { Code, ConnectError } from '@connectrpc/connect'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { KeyedTokenBuckets } from '@waystone/kit'
import { callerKey, rpcError } from '@waystone/rpc'
import { TrustExchangeService } from '@waystone/wire/trust'
import { CID } from 'multiformats/cid'
import { FILE_CALL_UNIT, FILE_CALLS, FILE_PART_BYTES, MAX_FILES_AT_ONCE, PUT_CALLS, RECORD_CALLS } from './constants.ts'
import { ipnsNameFromMultihash } from '../ipns/name.ts'
import { isValidAt } from '../ipns/record.ts'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'
import type { Clock, TrustPolicy } from '@waystone/interface'
import type { Cursors, LateService, PeerCaller } from '@waystone/rpc'
import type { SharedEntry } from '@waystone/wire/trust'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { SharedEntrySchema } from '@waystone/wire/trust'
import type { TrustEntry } from '../contract.ts'
import type { IpnsName } from '../ipns/name.ts'
import type { RecordStore } from '../ipns/record-store.ts'
import type { RatingsExchange } from './contract.ts'

export interface ExchangeParts {
  clock: Clock
  trust: TrustPolicy
  cursors: Cursors
  records: RecordStore
  /** Takes a record that a peer brings, or refuses it. */
  take: (caller: PeerCaller, name: IpnsName, record: Uint8Array) => Promise<void>
  /** A file of one block, or a block of a file, that is here. */
  file: (cid: CID) => Promise<Uint8Array | undefined>
  entries: () => Iterable<TrustEntry>
  ratings: () => RatingsExchange | undefined
}

/** `waystone.trust.v1.TrustExchangeService`. */
export function exchangeService(parts: ExchangeParts): LateService<typeof TrustExchangeService> {
  return { service: TrustExchangeService, implementation: new ExchangeHandlers(parts) }
}

/** What other peers may ask of this node. */
export class ExchangeHandlers implements Required<ServiceImpl<typeof TrustExchangeService>> {
  readonly #parts: ExchangeParts
  readonly #recordCalls: KeyedTokenBuckets
  readonly #fileCalls: KeyedTokenBuckets
  readonly #putCalls: KeyedTokenBuckets
  #files = 0

  constructor(parts: ExchangeParts) {
    const { clock } = parts
    this.#parts = parts
    this.#recordCalls = new KeyedTokenBuckets({ ...RECORD_CALLS, clock })
    this.#fileCalls = new KeyedTokenBuckets({ ...FILE_CALLS, clock })
    this.#putCalls = new KeyedTokenBuckets({ ...PUT_CALLS, clock })
  }

  readonly getRecord: ServiceImpl<typeof TrustExchangeService>['getRecord'] = async ({ name }, context) => {
    this.#admit(context, this.#recordCalls)
    const held = await this.#parts.records.held(read(() => ipnsNameFromMultihash(name)))
    if (held !== undefined && isValidAt(held, this.#parts.clock.now())) return { record: held.record }
    throw new ConnectError('no record of this name is held here', Code.NotFound)
  }

  readonly putRecord: ServiceImpl<typeof TrustExchangeService>['putRecord'] = async ({ name, record }, context) => {
    const caller = this.#admit(context, this.#putCalls)
    try {
      await this.#parts.take(caller, ipnsNameFromMultihash(name), record)
      return {}
    } catch (error) {
      throw refusal(error)
    }
  }

  readonly getFile: ServiceImpl<typeof TrustExchangeService>['getFile'] = ({ cid }, context) =>
    this.#sendFile(cid, context)

  readonly listEntries: ServiceImpl<typeof TrustExchangeService>['listEntries'] = (
    { pageSize, pageToken },
    context
  ) => {
    this.#admit(context, this.#recordCalls)
    const { cursors, entries } = this.#parts
    const shared = Array.from(entries(), sharedEntry)
    const page = read(() =>
      cursors.paginate(shared, {
        list: 'trust-exchange',
        page: { size: pageSize, cursor: pageToken },
        keyOf: entry => entry.pubkey
      })
    )
    return { entries: page.rows, nextPageToken: page.page.nextCursor }
  }

  readonly exchangeRatings: ServiceImpl<typeof TrustExchangeService>['exchangeRatings'] = async (
    { ratings },
    context
  ) => {
    const caller = this.#admit(context, this.#recordCalls)
    const exchange = this.#parts.ratings()
    if (exchange === undefined) throw new ConnectError('this node has no ratings', Code.Unimplemented)
    return { ratings: await exchange.exchange(caller, ratings) }
  }

  async *#sendFile(bytes: Uint8Array, context: HandlerContext): AsyncGenerator<{ data: Uint8Array }> {
    const { peer } = this.#admit(context, this.#fileCalls)
    const cid = read(() => CID.decode(bytes))
    const file = await this.#parts.file(cid)
    if (file === undefined) throw new ConnectError('this file is not here', Code.NotFound)
    const more = Math.floor(file.length / FILE_CALL_UNIT)
    if (more > 0 && !this.#fileCalls.take(peer.toString(), more)) throw busy()
    if (this.#files >= MAX_FILES_AT_ONCE) throw busy()
    this.#files++
    try {
      for (let at = 0; at < file.length; at += FILE_PART_BYTES) yield { data: file.subarray(at, at + FILE_PART_BYTES) }
    } finally {
      this.#files--
    }
  }

  #admit({ values }: HandlerContext, calls: KeyedTokenBuckets): PeerCaller {
    const caller = values.get(callerKey)
    if (caller?.kind !== 'peer') throw new ConnectError('this is for peers', Code.PermissionDenied)
    const subject = { peer: caller.peer, address: caller.remoteAddress }
    const { allow, reason } = this.#parts.trust.decide(subject, 'connect')
    if (!allow) throw new ConnectError(reason, Code.PermissionDenied)
    if (!calls.take(caller.peer.toString())) throw busy()
    return caller
  }
}

function sharedEntry({
  label,
  pubkey,
  trustlevel
}: TrustEntry): MessageInitShape<typeof SharedEntrySchema> & Pick<SharedEntry, 'pubkey'> {
  return { label, pubkey, level: trustlevel }
}

function busy(): ConnectError {
  return new ConnectError('too many calls', Code.ResourceExhausted)
}

/** What a caller sent that cannot be read. */
function read<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw rpcError(Code.InvalidArgument, toError(error))
  }
}

function refusal(error: unknown): unknown {
  const name = nameOf(error)
  if (name === 'PutRecordDeniedError') return rpcError(Code.PermissionDenied, toError(error))
  if (name === 'RecordQuotaError') return rpcError(Code.ResourceExhausted, toError(error))
  if (name === 'IpnsSequenceError') return rpcError(Code.FailedPrecondition, toError(error))
  return name.startsWith('Ipns') ? rpcError(Code.InvalidArgument, toError(error)) : error
}
