import { backoffDelay, connectToPeer } from '@waystone/kit'
import { FILE_TRANSFER_PROTOCOL } from '@waystone/wire'
import { SESSION_BYTES } from '@waystone/wire/file-transfer'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { Attempt } from './attempt.ts'
import { CONNECT_MS, RETRY_BASE_MS, RETRY_MAX_MS, STALL_MS } from './constants.ts'
import { NotReceivingError, PeerUnreachableError } from './errors.ts'
import { nextStep } from './retry-policy.ts'
import { SourceFile } from './source-file.ts'
import { Watchdog } from './watchdog.ts'
import type { Delivery } from './attempt.ts'
import type { RetryLimits } from './retry-policy.ts'
import type { SendOptions, SendPhase, SentFile } from './contract.ts'
import type { AbortOptions, Connection, PeerId, Stream } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, Random } from '@waystone/interface'
import type { ConnectionEvents, ConnectionRoute } from '@waystone/kit'

export interface SenderInit {
  connections: Pick<ConnectionManager, 'getConnections' | 'openConnection'>
  events: ConnectionEvents
  self: PeerId
  clock: Clock
  random: Random
  limits: RetryLimits
  /** Asks the network where a peer is now. */
  lookUp(peer: PeerId, options: AbortOptions): Promise<Multiaddr[]>
  /** What is known about the way of a connection. */
  routeOf(connection: Connection): Promise<ConnectionRoute>
  /** Bytes that left. */
  onBytes(count: number): void
}

/** Sends one file to one peer, with as many attempts as it takes. */
export class Sender {
  readonly #init: SenderInit
  readonly #peer: PeerId
  readonly #file: SourceFile
  readonly #options: SendOptions
  readonly #session: Uint8Array
  readonly #failed = new Set<Connection>()
  readonly #startedAt: number
  #progressAt: number
  #furthest = 0
  #sent = 0
  #attempts = 0
  #connected = false
  #route: ConnectionRoute | undefined

  constructor(init: SenderInit, peer: PeerId, file: SourceFile, options: SendOptions) {
    this.#init = init
    this.#peer = peer
    this.#file = file
    this.#options = options
    this.#session = init.random.bytes(SESSION_BYTES)
    this.#startedAt = init.clock.monotonic()
    this.#progressAt = this.#startedAt
  }

  async run(): Promise<SentFile> {
    const { signal } = this.#options
    for (;;) {
      signal?.throwIfAborted()
      this.#attempts++
      try {
        return this.#result(await this.#attempt())
      } catch (error) {
        signal?.throwIfAborted()
        await this.#waitAfter(error)
      }
    }
  }

  async #attempt(): Promise<Delivery> {
    this.#report('connecting', this.#furthest)
    const connection = await this.#connect()
    this.#route = await this.#init.routeOf(connection)
    try {
      return await this.#attemptOver(connection)
    } catch (error) {
      // a refusal came over a connection that works
      if (nameOf(error) !== 'FileRefusedError') this.#failed.add(connection)
      throw error
    }
  }

  async #attemptOver(connection: Connection): Promise<Delivery> {
    const { clock, self } = this.#init
    using watchdog = new Watchdog({ stallMs: STALL_MS, clock, signal: this.#options.signal })
    watchdog.expect(CONNECT_MS)
    const stream = await this.#openStream(connection, watchdog)
    let bytesBefore: number | undefined
    const onProgress = (phase: SendPhase, bytes: number): void => {
      if (phase === 'sending') this.#count(bytes - (bytesBefore ?? bytes))
      if (phase === 'sending') bytesBefore = bytes
      this.#report(phase, bytes)
    }
    const parties = { sender: self, receiver: this.#peer }
    try {
      const attempt = new Attempt({
        ...parties,
        stream,
        file: this.#file,
        session: this.#session,
        watchdog,
        onProgress
      })
      const delivery = await attempt.run()
      await stream.close(watchdog)
      return delivery
    } catch (error) {
      stream.abort(toError(error))
      // the cause is what ended the attempt, not that reading was cut short by it
      throw watchdog.signal.aborted ? watchdog.signal.reason : error
    }
  }

  async #connect(): Promise<Connection> {
    const { clock, connections, events } = this.#init
    using watchdog = new Watchdog({ stallMs: CONNECT_MS, clock, signal: this.#options.signal })
    watchdog.progress()
    const { addresses } = this.#options
    try {
      const connection = await connectToPeer(connections, this.#peer, {
        addresses,
        events,
        failed: this.#failed,
        lookUp: options => this.#init.lookUp(this.#peer, options),
        signal: watchdog.signal
      })
      this.#connected = true
      return connection
    } catch (error) {
      throw new PeerUnreachableError(this.#peer.toString(), { cause: error, attempts: this.#attempts })
    }
  }

  async #openStream(connection: Connection, watchdog: Watchdog): Promise<Stream> {
    try {
      return await connection.newStream(FILE_TRANSFER_PROTOCOL, {
        signal: watchdog.signal,
        runOnLimitedConnection: true
      })
    } catch (error) {
      if (nameOf(error) === 'UnsupportedProtocolError') throw new NotReceivingError(this.#peer.toString(), error)
      throw error
    }
  }

  /** Waits before the next attempt, or throws the error when there is none. */
  async #waitAfter(error: unknown): Promise<void> {
    const { clock, random, limits } = this.#init
    const step = nextStep(error, {
      attempts: this.#attempts,
      connected: this.#connected,
      idleMs: clock.monotonic() - this.#progressAt,
      maxAttempts: this.#options.attempts ?? limits.maxAttempts,
      giveUpAfterMs: this.#options.giveUpAfterMs ?? limits.giveUpAfterMs
    })
    if (step === 'give-up') throw error
    const delay = backoffDelay(
      Math.min(this.#attempts - 1, 30),
      { baseMs: RETRY_BASE_MS, maxMs: RETRY_MAX_MS },
      random.number()
    )
    this.#report('waiting', this.#furthest, error)
    await clock.sleep(delay, this.#options.signal === undefined ? {} : { signal: this.#options.signal })
  }

  #count(bytes: number): void {
    this.#sent += bytes
    this.#init.onBytes(bytes)
  }

  #report(phase: SendPhase, bytes: number, error?: unknown): void {
    if (phase === 'sending' && bytes > this.#furthest) {
      this.#furthest = bytes
      this.#progressAt = this.#init.clock.monotonic()
    }
    this.#options.onProgress?.({
      phase,
      bytes,
      total: this.#file.identity.size,
      attempt: this.#attempts,
      route: this.#route,
      ...(error === undefined ? {} : { error })
    })
  }

  #result(delivery: Delivery): SentFile {
    const { receipt, signed, sha256 } = delivery
    this.#report('done', this.#file.identity.size)
    return {
      name: this.#file.identity.name,
      storedAs: receipt.name,
      size: this.#file.identity.size,
      sha256: Buffer.from(sha256).toString('hex'),
      route: this.#route,
      attempts: this.#attempts,
      sentBytes: this.#sent,
      durationMs: this.#init.clock.monotonic() - this.#startedAt,
      receivedAt: Number(receipt.receivedAt),
      receipt: signed
    }
  }
}
