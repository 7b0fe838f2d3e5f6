import { join } from 'node:path'
import { TypedEventEmitter, serviceCapabilities, setMaxListeners } from '@libp2p/interface'
import { lateHandler, lookUpAddresses, pathOf, systemClock, systemRandom } from '@waystone/kit'
import { FILE_TRANSFER_PROTOCOL } from '@waystone/wire'
import { nameOf } from '@waystone/kit/error-fields'
import { ActiveTransfers } from './active-transfers.ts'
import * as limits from './constants.ts'
import { FileTransferStoppedError, InboxError, NoInboxError, ReceivingEndedError } from './errors.ts'
import { Inbox } from './inbox.ts'
import { transferMetrics } from './metrics.ts'
import { Openings } from './openings.ts'
import { RecentReceipts } from './recent-receipts.ts'
import { serveFiles } from './serve-files.ts'
import { SourceFile } from './source-file.ts'
import type { AdmittedOffer } from './admission.ts'
import type {
  FileTransfer,
  FileTransferComponents,
  FileTransferEvents,
  FileTransferInit,
  IncomingFile,
  ReceiveOptions,
  Receiving,
  SendOptions,
  SentFile
} from './contract.ts'
import type { TransferMetrics } from './metrics.ts'
import type { From, Handler } from './handler.ts'
import type { Opening } from './openings.ts'
import type { Sender, SenderInit } from './sender.ts'
import type { ReceptionEvent } from './reception.ts'
import type { Connection, Logger, PeerId, Startable } from '@libp2p/interface'
import type { ConnectionRoute } from '@waystone/kit'

/** Lifecycle and wiring; the work is in `Sender` and `Handler`. */
export class FileTransferService extends TypedEventEmitter<FileTransferEvents> implements FileTransfer, Startable {
  readonly [Symbol.toStringTag] = '@waystone/file-transfer'
  readonly [serviceCapabilities]: string[] = ['@waystone/file-transfer']
  readonly #components: FileTransferComponents
  readonly #init: FileTransferInit
  readonly #active = new ActiveTransfers()
  readonly #receipts = new RecentReceipts(limits.MAX_REMEMBERED_RECEIPTS)
  readonly #log: Logger
  #metrics: TransferMetrics = transferMetrics(undefined)
  #running: AbortController | undefined
  #inbound: Handler | undefined
  readonly #openings = new Openings()
  #unserve: (() => Promise<void>) | undefined
  #listening: Promise<void> = Promise.resolve()
  #handled = false

  constructor(components: FileTransferComponents, init: FileTransferInit) {
    super()
    this.#components = components
    this.#init = init
    this.#log = components.logger.forComponent('waystone:file-transfer')
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return
    const running = new AbortController()
    // every transfer listens to it
    setMaxListeners(Infinity, running.signal)
    this.#running = running
    this.#metrics = transferMetrics(this.#components.metrics)
    const { inbox, allow } = this.#init
    if (inbox !== undefined) await this.receive({ folder: inbox, ...(allow !== undefined && { allow }) })
    this.#unserve = await serveFiles(this, this.#components, this.#init.clock ?? systemClock)
  }

  /** Before the connections are closed: a sender without its receipt would send again. */
  async beforeStop(): Promise<void> {
    await this.#inbound?.receiptsTaken()
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    this.#inbound = undefined
    await this.#unserve?.()
    this.#openings.clear()
    await this.#listen()
    const reason = new FileTransferStoppedError()
    running.abort(reason)
    await this.#active.abortAll(reason)
  }

  async receive(options: ReceiveOptions = {}): Promise<Receiving> {
    const { inbox: configured, openFile, maxFileSize = limits.MAX_FILE_BYTES } = this.#init
    const running = this.#running
    if (running === undefined) throw new FileTransferStoppedError()
    const folder = options.folder ?? configured
    if (folder === undefined) throw new NoInboxError()
    const inbox = new Inbox({ folder, openFile })
    await this.#prepare(inbox)
    if (this.#running !== running) throw new FileTransferStoppedError()
    const { allow = () => true } = options
    const opening = {
      inbox,
      allow,
      maxFileSize: options.maxFileSize ?? maxFileSize,
      ended: Promise.withResolvers<void>()
    }
    this.#openings.add(opening)
    await this.#listen()
    const close = async (): Promise<void> => this.#close(opening)
    return { folder, close, ended: opening.ended.promise, [Symbol.asyncDispose]: close }
  }

  async #prepare(inbox: Inbox): Promise<void> {
    try {
      await inbox.create()
      await this.#tidy(inbox)
    } catch (error) {
      throw new InboxError(inbox.folder, error)
    }
  }

  async #close(opening: Opening): Promise<void> {
    this.#openings.remove(opening)
    await this.#listen()
    await this.#inbound?.receiptsTaken()
    await this.#active.abortAll(new ReceivingEndedError(opening.inbox.folder), opening)
  }

  /** Speaks the protocol as long as something takes files. One change after another. */
  async #listen(): Promise<void> {
    const turn = this.#listening.then(async () => this.#handleOrNot())
    // a turn that fails is for whoever asked for it, not for those who come later
    this.#listening = turn.catch(() => {})
    await turn
  }

  async #handleOrNot(): Promise<void> {
    const { registrar } = this.#components
    const wanted = this.#openings.count > 0
    if (wanted === this.#handled) return
    this.#handled = wanted
    if (!wanted) return await registrar.unhandle(FILE_TRANSFER_PROTOCOL)
    await registrar.handle(
      FILE_TRANSFER_PROTOCOL,
      lateHandler({ load: async () => (await this.#loadHandler()).handle, log: this.#log }),
      {
        maxInboundStreams: limits.MAX_STREAMS_PER_CONNECTION,
        maxOutboundStreams: limits.MAX_STREAMS_PER_CONNECTION,
        runOnLimitedConnection: true
      }
    )
  }

  async send(peer: PeerId, path: string, options: SendOptions = {}): Promise<SentFile> {
    const running = this.#running
    if (running === undefined) throw new FileTransferStoppedError()
    const signals = options.signal === undefined ? [running.signal] : [running.signal, options.signal]
    const signal = AbortSignal.any(signals)
    // libp2p adds a listener for each address it dials
    setMaxListeners(Infinity, signal)
    await using file = await SourceFile.open(path, options.name)
    try {
      const sender = await this.#sender(peer, file, { ...options, signal })
      const sent = await sender.run()
      this.#metrics.ended('outbound', 'sent')
      return sent
    } catch (error) {
      this.#metrics.ended('outbound', nameOf(error))
      throw error
    }
  }

  async #sender(peer: PeerId, file: SourceFile, options: SendOptions): Promise<Sender> {
    const { Sender } = await import('./sender.ts')
    const { connectionManager, events, peerId, peerRouting } = this.#components
    const clock = this.#init.clock ?? systemClock
    const init: SenderInit = {
      connections: connectionManager,
      events,
      lookUp: (target, abort) => lookUpAddresses(peerRouting, target, { ...abort, clock }),
      self: peerId,
      clock,
      random: this.#init.random ?? systemRandom,
      limits: { maxAttempts: Infinity, giveUpAfterMs: this.#init.giveUpAfterMs ?? limits.GIVE_UP_AFTER_MS },
      routeOf: async (connection: Connection) => this.#routeOf(connection),
      onBytes: (count: number) => this.#metrics.sentBytes(count)
    }
    return new Sender(init, peer, file, options)
  }

  /** Loaded when the first stream comes. */
  async #loadHandler(): Promise<Handler> {
    const { Handler } = await import('./handler.ts')
    const { signal } = this.#running ?? {}
    if (signal === undefined) throw new FileTransferStoppedError()
    const { peerId: self, privateKey } = this.#components
    return (this.#inbound ??= new Handler({
      openings: this.#openings,
      self,
      privateKey,
      signal,
      clock: this.#init.clock ?? systemClock,
      maxTransfers: this.#init.maxTransfers ?? limits.MAX_TRANSFERS,
      maxTransfersPerPeer: this.#init.maxTransfersPerPeer ?? limits.MAX_TRANSFERS_PER_PEER,
      active: this.#active,
      receipts: this.#receipts,
      tidy: async inbox => this.#tidy(inbox),
      onBytes: count => this.#metrics.receivedBytes(count),
      onEvent: (event, offer, from) => this.#announce(event, incoming(offer, from)),
      onRefused: (peer, refusal) => {
        this.#metrics.refused(refusal.reason)
        this.safeDispatchEvent('refused', { detail: { peer, ...refusal } })
      }
    }))
  }

  #announce(event: ReceptionEvent, file: IncomingFile): void {
    if (event.type === 'progress') {
      this.safeDispatchEvent('progress', { detail: { ...file, bytes: event.bytes } })
      return
    }
    if (event.type === 'failed') {
      const { error } = event
      this.#metrics.ended('inbound', nameOf(error))
      this.#log('receiving %s from %p ended early - %e', file.name, file.peer, error)
      this.safeDispatchEvent('failed', { detail: { ...file, error } })
      return
    }
    this.#metrics.ended('inbound', 'received')
    const path = join(file.folder, event.name)
    const sha256 = Buffer.from(event.sha256).toString('hex')
    this.safeDispatchEvent('received', { detail: { ...file, storedAs: event.name, path, sha256 } })
  }

  async #tidy(inbox: Inbox): Promise<void> {
    const { maxPartAgeMs: maxAgeMs = limits.MAX_PART_AGE_MS, maxParts: maxCount = limits.MAX_PARTS } = this.#init
    const now = (this.#init.clock ?? systemClock).now()
    const removed = await inbox.removeStale({ now, maxAgeMs, maxCount, keysInUse: this.#active.keys() })
    if (removed.length > 0) this.#log('removed %d partial files that nobody came back for', removed.length)
  }

  async #routeOf(connection: Connection): Promise<ConnectionRoute> {
    const known = await this.#components.peerStore.get(connection.remotePeer).catch(() => undefined)
    return pathOf(connection, { announced: known?.addresses.map(({ multiaddr }) => multiaddr.toString()) ?? [] })
  }
}

function incoming(offer: AdmittedOffer, { connection, inbox }: From): IncomingFile {
  const { transferId, name, size } = offer
  return {
    peer: connection.remotePeer,
    transferId: Buffer.from(transferId).toString('hex'),
    name,
    size,
    route: pathOf(connection),
    folder: inbox.folder
  }
}
