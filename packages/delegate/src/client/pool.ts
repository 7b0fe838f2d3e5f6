import { Code } from '@connectrpc/connect'
import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { describeRpcFailure } from '@waystone/rpc'
import { LIAR_MS } from '../constants.ts'
import { DelegatesFailedError, NoDelegateError } from '../errors.ts'
import type { Client } from '@connectrpc/connect'
import type { RpcFailure } from '@waystone/rpc'
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { DelegateService } from '@waystone/wire/delegate'
import type { DelegateMetrics } from '../metrics.ts'

export type DelegateClient = Client<typeof DelegateService>

export interface PoolInit {
  /** By peer id, in the order in which they are asked. */
  clients: ReadonlyMap<string, DelegateClient>
  clock: Clock
  metrics: DelegateMetrics
  log: Logger
  /** This node, whom a delegate has to allow. */
  self: PeerId
}

interface Member {
  id: string
  client: DelegateClient
  /** On the monotonic clock, in milliseconds. */
  notBefore: number
  failures: number
}

/**
 * The delegates: the first that works is asked, the next one when it fails, and
 * for a while nobody asks one that lied.
 */
export class DelegatePool {
  readonly #init: PoolInit
  readonly #members: Member[]

  constructor(init: PoolInit) {
    this.#init = init
    this.#members = Array.from(init.clients, ([id, client]) => ({ id, client, notBefore: 0, failures: 0 }))
  }

  /** @throws NoDelegateError, DelegatesFailedError, and the reason of the signal */
  async first<T>(ask: (client: DelegateClient) => Promise<T>, options: AbortOptions = {}): Promise<T> {
    const attempts = async function* (client: DelegateClient): AsyncGenerator<T> {
      yield await ask(client)
    }
    for await (const answer of this.stream(attempts, options)) return answer
    throw new NoDelegateError('no delegate answered')
  }

  /** What the first delegate yields that comes to its end. @throws as {@link first} */
  async *stream<T>(
    ask: (client: DelegateClient) => AsyncIterable<T>,
    { signal }: AbortOptions = {}
  ): AsyncGenerator<T> {
    const said: unknown[] = []
    for (const member of this.#askable()) {
      try {
        yield* ask(member.client)
        return this.#worked(member)
      } catch (error) {
        signal?.throwIfAborted()
        if (isFinal(error)) throw error
        said.push(error)
        this.#failed(member, error)
      }
    }
    throw allFailed(said, this.#init.self)
  }

  /** Those that failed least often in a row come first. */
  #askable(): Member[] {
    const now = this.#init.clock.monotonic()
    const askable = this.#members.filter(({ notBefore }) => notBefore <= now)
    if (askable.length > 0) return askable.toSorted((a, b) => a.failures - b.failures)
    throw new NoDelegateError('there is no delegate to ask', {
      hint: 'name delegates under delegate.use; one that sent something wrong is left alone for ten minutes'
    })
  }

  #worked(member: Member): void {
    member.failures = 0
    this.#init.metrics.asked('ok')
  }

  #failed(member: Member, error: unknown): void {
    const { clock, metrics, log } = this.#init
    const lied = nameOf(error) === 'DelegateLiedError'
    metrics.asked(lied ? 'lied' : 'failed')
    log('the delegate %s %s: %s', member.id, lied ? 'lied' : 'failed', messageOf(error))
    if (lied) member.notBefore = clock.monotonic() + LIAR_MS
    // an honest "not found" says nothing about the delegate
    else if (describeRpcFailure(error).name !== 'NotFound') member.failures++
  }
}

/** Found in verified bytes: no other delegate would answer better. */
const FINAL = new Set(['FetchTooLargeError', 'BlockMalformedError', 'CidUnsupportedError'])

function isFinal(error: unknown): boolean {
  return FINAL.has(nameOf(error))
}

function allFailed(said: unknown[], self: PeerId): DelegatesFailedError {
  const last = describeRpcFailure(said.at(-1))
  return new DelegatesFailedError(`no delegate could help; the last one said: ${last.message}`, {
    hint: hintFor(last, self),
    cause: said.length === 1 ? said[0] : new AggregateError(said)
  })
}

// what is refused, only the operator of the other node can change
function hintFor({ code, hint }: RpcFailure, self: PeerId): string {
  if (code !== Code.PermissionDenied) return hint ?? 'see whether the delegates run and are reached from here'
  return `the operator of the delegate has to allow this node: waystone trust add thin ${self.toString()} --level advanced`
}
