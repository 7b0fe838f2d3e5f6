import type { AttemptPhase } from './attempt.ts'
import type { OpenFile } from './part-file.ts'
import type { Refusal } from './refusal.ts'
import type {
  AbortOptions,
  ComponentLogger,
  Metrics,
  PeerId,
  PeerRouting,
  PeerStore,
  PrivateKey,
  TypedEventTarget
} from '@libp2p/interface'
import type { AddressManager, ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock, Random } from '@waystone/interface'
import type { ConnectionEvents, ConnectionRoute } from '@waystone/kit'
import type { Rpc } from '@waystone/rpc'
import type { SignedReceiptBytes } from './receipt.ts'

export interface FileTransferInit {
  /** Folder for received files; without it the node receives none. It is made if it is not there. */
  inbox?: string | undefined
  /** Whether this peer may send files. Default: every peer may. */
  allow?: (peer: PeerId) => boolean | Promise<boolean>
  /** In bytes. Default 1 TiB. */
  maxFileSize?: number
  /** Inbound transfers at once. Default 16. */
  maxTransfers?: number
  /** Inbound transfers of one peer at once. Default 4. */
  maxTransfersPerPeer?: number
  /** Partial files that are kept, in number and in milliseconds. Default 64 and 7 days. */
  maxParts?: number
  maxPartAgeMs?: number
  /** Default for {@link SendOptions.giveUpAfterMs}. */
  giveUpAfterMs?: number
  clock?: Clock
  random?: Random
  /** Opens partial files; tests put faults here. */
  openFile?: OpenFile
}

export interface FileTransferComponents {
  peerId: PeerId
  privateKey: PrivateKey
  registrar: Pick<Registrar, 'handle' | 'unhandle'>
  connectionManager: Pick<ConnectionManager, 'getConnections' | 'openConnection'>
  events: ConnectionEvents
  peerStore: Pick<PeerStore, 'get'>
  peerRouting: Pick<PeerRouting, 'findPeer'>
  addressManager: Pick<AddressManager, 'getAddresses'>
  logger: ComponentLogger
  metrics?: Metrics
  /** Where it is there, the operator can send and receive files over the admin API. */
  rpc?: Pick<Rpc, 'serveLate'>
}

export type SendPhase = 'connecting' | AttemptPhase | 'waiting' | 'done'

export interface SendProgress {
  phase: SendPhase
  /** Bytes of the file that left in this attempt, resumed ones included; while `hashing`, those hashed. */
  bytes: number
  total: number
  /** 1 is the first. */
  attempt: number
  /** Undefined before the first connection. */
  route: ConnectionRoute | undefined
  /** Why this phase is `waiting`. */
  error?: unknown
}

export interface SendOptions extends AbortOptions {
  /** Where the peer may be, each ending in its peer id; besides what libp2p knows. */
  addresses?: Multiaddr[]
  /** The name to offer. Default: the file's own. */
  name?: string
  /** Attempts in all. Default: no limit but `giveUpAfterMs`; three if the peer is never reached. */
  attempts?: number
  /** Gives up after so many milliseconds without progress. Default 5 minutes. */
  giveUpAfterMs?: number
  onProgress?: (progress: SendProgress) => void
}

export interface SentFile {
  name: string
  /** The name it got at the receiver. */
  storedAs: string
  size: number
  /** In hex. */
  sha256: string
  route: ConnectionRoute | undefined
  attempts: number
  /** Bytes that left over all attempts; more than `size` if some were lost, fewer if a part was there before. */
  sentBytes: number
  durationMs: number
  /** By the receiver's clock, in milliseconds since the Unix epoch. */
  receivedAt: number
  /** What the receiver signed; it was checked. */
  receipt: SignedReceiptBytes
}

export interface IncomingFile {
  peer: PeerId
  /** In hex. */
  transferId: string
  /** The name that was offered, made safe. */
  name: string
  size: number
  route: ConnectionRoute
  /** The inbox that it goes into. */
  folder: string
}

export interface ReceiveProgress extends IncomingFile {
  bytes: number
}

export interface ReceivedFile extends IncomingFile {
  /** File name in the inbox. */
  storedAs: string
  /** The whole path. */
  path: string
  /** In hex. */
  sha256: string
}

export interface FailedReception extends IncomingFile {
  /** What arrived is kept unless this is a `HashMismatchError`. */
  error: unknown
}

export interface RefusedOffer extends Refusal {
  peer: PeerId
}

export interface FileTransferEvents {
  /** Bytes of an inbound file were stored. */
  progress: CustomEvent<ReceiveProgress>
  /** An inbound file is complete, checked and in its place. */
  received: CustomEvent<ReceivedFile>
  /** An inbound transfer ended too early. */
  failed: CustomEvent<FailedReception>
  /** An offer was turned down. */
  refused: CustomEvent<RefusedOffer>
}

export interface ReceiveOptions {
  /** Made if it is not there. Default: the configured inbox. */
  folder?: string | undefined
  /** Whether this peer may send files. Default: every peer may. */
  allow?: (peer: PeerId) => boolean | Promise<boolean>
  /** In bytes. Default: as configured. */
  maxFileSize?: number | undefined
}

/** A folder that takes files until it is closed; what is on its way then is broken off and can be resumed. */
export interface Receiving extends AsyncDisposable {
  readonly folder: string
  /** Resolves when it was closed, or the service was stopped. */
  readonly ended: Promise<void>
  /** Waits until senders have the receipts of what is complete. Safe to call twice. */
  close(): Promise<void>
}

export interface FileTransfer extends TypedEventTarget<FileTransferEvents> {
  /**
   * Sends a file and resolves with the checked receipt. Broken transfers are
   * resumed, over another relay if one is gone.
   *
   * @throws FileUnreadableError
   * @throws FileChangedError - something wrote to the file meanwhile
   * @throws FileRefusedError - with the receiver's reason
   * @throws NotReceivingError - the peer does not take files at all
   * @throws PeerUnreachableError
   * @throws TransferBrokenError, TransferStalledError - and no attempt was left
   * @throws FileProtocolError, ReceiptInvalidError - the receiver misbehaves
   * @throws FileTransferStoppedError
   */
  send(peer: PeerId, path: string, options?: SendOptions): Promise<SentFile>
  /**
   * Takes files while the node runs, besides those of the configured inbox:
   * what is asked for last counts for the peers that it allows.
   *
   * @throws NoInboxError - no folder is named and none is configured
   * @throws InboxError - the folder cannot be made
   * @throws FileTransferStoppedError
   */
  receive(options?: ReceiveOptions): Promise<Receiving>
}
