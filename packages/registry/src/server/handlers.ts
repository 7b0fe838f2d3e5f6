import { toBinary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { bytesToHex } from '@noble/hashes/utils.js'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { rpcError } from '@waystone/rpc'
import { FilterSchema, MAX_REGISTERED_AT_ONCE } from '@waystone/wire/registry'
import { FilterInvalidError } from '../filter/errors.ts'
import { signedMessage, watchMessage } from './answers.ts'
import { PAGE } from './constants.ts'
import { TooManyRecordsError } from './errors.ts'
import { registerAll } from './registration.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'
import type { Clock } from '@waystone/interface'
import type { Cursors } from '@waystone/rpc'
import type {
  Filter,
  QueryRequest,
  QueryResponseSchema,
  RegistryService,
  WatchRequest,
  WatchResponse
} from '@waystone/wire/registry'
import type { QueryOptions, RegistryStore, StoreChange, StorePage, WatchOptions } from '../contract.ts'
import type { AdmittedCaller } from './caller.ts'
import type { ServerCounts } from './metrics.ts'
import type { Rates } from './rates.ts'
import type { RegistrationParts } from './registration.ts'
import type { ResumeTokens } from './resume.ts'

export interface HandlerParts extends RegistrationParts {
  store: RegistryStore
  cursors: Cursors
  tokens: ResumeTokens
  counts: ServerCounts
  clock: Clock
  rates: Rates
  /** Throws what is told to somebody who is nobody's peer. */
  callerOf: (context: HandlerContext) => AdmittedCaller
}

type Service = Required<ServiceImpl<typeof RegistryService>>

/** What others may ask of this registry. */
export class RegistryHandlers implements Service {
  readonly #parts: HandlerParts

  constructor(parts: HandlerParts) {
    this.#parts = parts
  }

  readonly register: Service['register'] = async ({ records }, context) => {
    const { rates, clock, callerOf } = this.#parts
    const caller = callerOf(context)
    if (records.length > MAX_REGISTERED_AT_ONCE) throw tooMany(records.length)
    if (records.length > 0) rates.takeRecords(caller, records.length)
    const put = { registered: true, network: caller.network }
    const results = await registerAll(this.#parts, records, caller.subject, put)
    return { results, now: BigInt(Math.floor(clock.now())) }
  }

  readonly query: Service['query'] = async (request, context) => {
    const { counts, rates, callerOf } = this.#parts
    try {
      const caller = callerOf(context)
      rates.takeQuery(caller)
      const answer = await this.#page(request, { signal: context.signal, onStep: () => rates.takeStep(caller) })
      counts.query('ok')
      return answer
    } catch (error) {
      counts.query(toError(error))
      throw failure(error)
    }
  }

  readonly watch: Service['watch'] = (request, context) => this.#watch(request, context)

  readonly listKinds: Service['listKinds'] = (_request, context) => {
    const { rates, store, callerOf } = this.#parts
    rates.takeQuery(callerOf(context))
    return { kinds: store.kinds() }
  }

  async #page(
    { kind, filter, page }: QueryRequest,
    options: QueryOptions
  ): Promise<MessageInitShape<typeof QueryResponseSchema>> {
    const { store, cursors } = this.#parts
    const size = Math.min(page?.size === undefined || page.size === 0 ? PAGE.size : page.size, PAGE.most)
    const rowsAfter = async (key: string | undefined, limit: number): Promise<StorePage['records']> =>
      (await store.query({ kind, filter, limit, after: Number(key ?? 0) }, options)).records
    const found = await cursors.paginateFrom(rowsAfter, {
      list: `registry ${kind} ${listOf(filter)}`,
      page: { size, cursor: page?.cursor ?? '' },
      keyOf: ({ place }) => String(place)
    })
    return { records: found.rows.map(({ signed }) => signedMessage(signed)), page: found.page }
  }

  async *#watch(request: WatchRequest, context: HandlerContext): AsyncGenerator<WatchResponse> {
    const { rates, tokens, callerOf } = this.#parts
    const caller = callerOf(context)
    using _watch = rates.takeWatch(caller)
    const { signal } = context
    const options = { signal, onStep: async () => await rates.waitForStep(caller, signal) }
    try {
      for await (const change of this.#changes(request, options)) yield watchMessage(change, tokens)
    } catch (error) {
      throw failure(error)
    }
  }

  async *#changes({ kind, filter, resume }: WatchRequest, options: WatchOptions): AsyncGenerator<StoreChange> {
    const { store, tokens } = this.#parts
    if (kind === '' && filter !== undefined) throw new FilterInvalidError('a filter needs a kind')
    const after = resume === '' ? undefined : tokens.read(resume)
    if (resume !== '' && after === undefined) yield { type: 'reset' }
    yield* store.watch({ kind: kind === '' ? undefined : kind, filter, after }, options)
  }
}

/** A cursor goes on with the same filter alone. */
function listOf(filter: Filter | undefined): string {
  if (filter === undefined) return ''
  try {
    return bytesToHex(toBinary(FilterSchema, filter))
  } catch (cause) {
    throw new FilterInvalidError('the filter cannot be read', { cause })
  }
}

function tooMany(count: number): ConnectError {
  const message = `${count} records in one call, and ${MAX_REGISTERED_AT_ONCE} are allowed`
  return rpcError(Code.InvalidArgument, new TooManyRecordsError(message, { hint: 'bring them in several calls' }))
}

const BAD_REQUESTS: readonly string[] = ['UnknownKindError', 'CursorInvalidError']

/** What the caller is told; a fault of this node's own stays `internal`. */
function failure(error: unknown): unknown {
  if (error instanceof ConnectError || !(error instanceof Error)) return error
  const name = nameOf(error)
  if (name.startsWith('Filter') || BAD_REQUESTS.includes(name)) return rpcError(Code.InvalidArgument, error)
  if (!name.startsWith('Registry')) return error
  return new ConnectError('the registry cannot be read now', Code.Unavailable, undefined, undefined, error)
}
