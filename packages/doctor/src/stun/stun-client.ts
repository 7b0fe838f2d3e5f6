import { abortable } from '@waystone/kit'
import { MAX_TRANSACTIONS, MESSAGE_MAX_BYTES, TRANSACTION_ID_BYTES } from './constants.ts'
import { endpointText, isSameEndpoint } from './endpoint.ts'
import { StunRefusedError, StunTimeoutError } from './errors.ts'
import { decodeBindingAnswer, encodeBindingRequest } from './message.ts'
import { retransmissionWaits } from './retransmission.ts'
import type { Clock, Random } from '@waystone/interface'
import type { DatagramPort } from './datagram-port.ts'
import type { Endpoint } from './endpoint.ts'
import type { BindingAnswer, ChangeRequest } from './message.ts'

export interface BindingResult {
  /** From where the server saw the request. */
  mapped: Endpoint
  /** The server's second address and port, if it has one. */
  other?: Endpoint
  /** Whence the answer came. */
  from: Endpoint
}

export interface BindingQuery {
  signal: AbortSignal
  change?: ChangeRequest
}

interface Transaction {
  server: Endpoint
  /** The answer to a change request comes from elsewhere. */
  changed: boolean
  answered(answer: BindingAnswer, from: Endpoint): void
}

export interface StunClientInit {
  port: DatagramPort
  clock: Clock
  random: Random
}

/**
 * Asks STUN servers from one UDP port. What is no answer to an open question
 * is dropped: transaction ids are 96 random bits, so only those on the path can
 * answer.
 */
export class StunClient {
  readonly #init: StunClientInit
  readonly #open = new Map<string, Transaction>()

  constructor(init: StunClientInit) {
    this.#init = init
    init.port.onMessage((bytes, from) => this.#received(bytes, from))
  }

  get localPort(): number {
    return this.#init.port.localPort
  }

  /**
   * One transaction, repeated until it is answered.
   *
   * @throws StunTimeoutError, StunRefusedError
   */
  async ask(server: Endpoint, { signal, change }: BindingQuery): Promise<BindingResult> {
    signal.throwIfAborted()
    if (this.#open.size >= MAX_TRANSACTIONS) throw new StunTimeoutError('too many questions at one time')
    const id = this.#init.random.bytes(TRANSACTION_ID_BYTES)
    const key = Buffer.from(id).toString('hex')
    const { promise, resolve, reject } = Promise.withResolvers<BindingResult>()
    const answered: Transaction['answered'] = ({ mapped, other, errorCode }, from) => {
      if (mapped === undefined) return reject(new StunRefusedError(errorCode ?? 0))
      resolve({ mapped, from, ...(other !== undefined && { other }) })
    }
    this.#open.set(key, { server, changed: change !== undefined, answered })
    try {
      return await this.#repeat(encodeBindingRequest(id, change), server, abortable(promise, signal))
    } finally {
      this.#open.delete(key)
    }
  }

  close(): void {
    this.#init.port.close()
  }

  async #repeat(request: Uint8Array, server: Endpoint, answer: Promise<BindingResult>): Promise<BindingResult> {
    using ended = onceSettled(answer)
    for (const waitMs of retransmissionWaits()) {
      this.#init.port.send(request, server)
      await this.#init.clock.sleep(waitMs, { signal: ended.signal }).catch(() => {})
      if (ended.signal.aborted) return await answer
    }
    throw new StunTimeoutError(`${endpointText(server)} does not answer`)
  }

  #received(bytes: Uint8Array, from: Endpoint): void {
    if (bytes.length > MESSAGE_MAX_BYTES) return
    const answer = tryDecode(bytes)
    const transaction = answer === undefined ? undefined : this.#open.get(answer.transactionId)
    if (answer === undefined || transaction === undefined) return
    if (!transaction.changed && !isSameEndpoint(from, transaction.server)) return
    transaction.answered(answer, from)
  }
}

function tryDecode(bytes: Uint8Array): BindingAnswer | undefined {
  try {
    return decodeBindingAnswer(bytes)
  } catch {
    return undefined
  }
}

function onceSettled(work: Promise<unknown>): { signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const end = (): void => controller.abort()
  work.then(end, end)
  return { signal: controller.signal, [Symbol.dispose]: end }
}
