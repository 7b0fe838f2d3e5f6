import { WaystoneError } from '@waystone/interface'
import { messageOf } from '@waystone/kit/error-fields'
import type { WaystoneErrorOptions } from '@waystone/interface'

/** Why a receiver said no. */
export type RefusalReason =
  | 'not-allowed'
  | 'too-large'
  | 'no-space'
  | 'busy'
  | 'bad-name'
  | 'bad-request'
  | 'hash-mismatch'
  | 'storage-failed'
  | 'stopping'
  | 'unknown'

const REFUSAL_HINTS: Record<RefusalReason, string> = {
  'not-allowed': 'Ask the receiver to add your peer id to files.accept.',
  'too-large': 'Ask the receiver to raise files.maxFileSize.',
  'no-space': 'Ask the receiver to free some disk space, then send again: what arrived is kept.',
  busy: 'The receiver has too many transfers; try again later.',
  'bad-name': 'Rename the file and send it again.',
  'bad-request': 'Both sides may run different versions; update them.',
  'hash-mismatch': 'The bytes changed on the way or on a disk; send the file again.',
  'storage-failed': 'The receiver could not write to its disk; its log says why.',
  stopping: 'The receiver shuts down; send again when it is back.',
  unknown: 'The receiver may run a newer version; update this one.'
}

/** The receiver does not take the file. */
export class FileRefusedError extends WaystoneError {
  static override readonly name = 'FileRefusedError'
  readonly reason: RefusalReason

  constructor(reason: RefusalReason, detail: string) {
    super(`The receiver refused the file (${reason})${detail === '' ? '' : `: ${detail}`}`, {
      hint: REFUSAL_HINTS[reason]
    })
    this.reason = reason
  }
}

/** The file to send is missing, not a regular file or not readable. */
export class FileUnreadableError extends WaystoneError {
  static override readonly name = 'FileUnreadableError'

  constructor(path: string, cause: unknown) {
    super(`Cannot read ${path}: ${messageOf(cause)}`, { hint: 'Check the path and its permissions.', cause })
  }
}

/** The file changed while it was being sent. */
export class FileChangedError extends WaystoneError {
  static override readonly name = 'FileChangedError'

  constructor(path: string) {
    super(`${path} changed while it was being sent`, { hint: 'Send it again when nothing writes to it.' })
  }
}

/** No byte moved for too long. */
export class TransferStalledError extends WaystoneError {
  static override readonly name = 'TransferStalledError'

  constructor(afterMs: number) {
    super(`No byte moved for ${afterMs / 1000} s`, {
      hint: 'Check the network; a new attempt resumes where this one stopped.'
    })
  }
}

/** The stream ended before the transfer did. */
export class TransferBrokenError extends WaystoneError {
  static override readonly name = 'TransferBrokenError'

  constructor(detail: string, cause?: unknown) {
    super(`The transfer broke off: ${detail}`, { hint: 'A new attempt resumes where this one stopped.', cause })
  }
}

/** The other side broke the protocol. */
export class FileProtocolError extends WaystoneError {
  static override readonly name = 'FileProtocolError'

  constructor(message: string, cause?: unknown) {
    super(message, { hint: 'Both sides may run different versions; update them.', cause })
  }
}

/** The receipt is not what this peer signs for this file. */
export class ReceiptInvalidError extends WaystoneError {
  static override readonly name = 'ReceiptInvalidError'

  constructor(detail: string) {
    super(`The receipt is not valid: ${detail}`, { hint: 'Do not count the file as delivered.' })
  }
}

/** What arrived does not have the digest that the sender announced. */
export class HashMismatchError extends WaystoneError {
  static override readonly name = 'HashMismatchError'

  constructor() {
    super('The SHA-256 of the received bytes differs from the one the sender announced', {
      hint: 'The partial file was removed; the file has to be sent again.'
    })
  }
}

/** The disk of the receiver is full. */
export class DiskFullError extends WaystoneError {
  static override readonly name = 'DiskFullError'

  constructor(folder: string, cause?: unknown) {
    super(`No space left for the file in ${folder}`, {
      hint: 'Free some space; what arrived is kept and resumed.',
      cause
    })
  }
}

/** The inbox cannot be written to. */
export class InboxError extends WaystoneError {
  static override readonly name = 'InboxError'

  constructor(folder: string, cause: unknown) {
    super(`Cannot store files in ${folder}: ${messageOf(cause)}`, {
      hint: 'Check that the folder exists and is writable.',
      cause
    })
  }
}

/** No connection to the peer could be made, or none that lasted, until the sender gave up. */
export class PeerUnreachableError extends WaystoneError {
  static override readonly name = 'PeerUnreachableError'

  constructor(peer: string, options: WaystoneErrorOptions & { attempts: number }) {
    super(`Cannot reach ${peer} (${options.attempts} attempts): ${messageOf(options.cause)}`, {
      hint: 'Check that the peer is online and that both use the same network and relays.',
      ...options
    })
  }
}

/** The peer is there but does not speak this protocol. */
export class NotReceivingError extends WaystoneError {
  static override readonly name = 'NotReceivingError'

  constructor(peer: string, cause: unknown) {
    super(`${peer} does not receive files`, {
      hint: 'Start `waystone receive` there, or set files.inbox in its config.',
      cause
    })
  }
}

/** The service is used before it was started or after it was stopped. */
export class FileTransferStoppedError extends WaystoneError {
  static override readonly name = 'FileTransferStoppedError'

  constructor() {
    super('The file transfer service is not running', { hint: 'Start the node first.' })
  }
}

/** No folder was named, and the node has no inbox. */
export class NoInboxError extends WaystoneError {
  static override readonly name = 'NoInboxError'

  constructor() {
    super('This node has no inbox', { hint: 'Name a folder for received files, or set files.inbox in the config.' })
  }
}

/** Receiving into a folder was ended while a file was on its way. */
export class ReceivingEndedError extends WaystoneError {
  static override readonly name = 'ReceivingEndedError'

  constructor(folder: string) {
    super(`No more files are received into ${folder}`, { hint: 'Receive again to resume what was on its way.' })
  }
}

/** A peer wants what only the operator on the machine may do. */
export class OperatorOnlyError extends WaystoneError {
  static override readonly name = 'OperatorOnlyError'

  constructor() {
    super('Only the operator of this node may name files of its disk', {
      hint: 'Call this on the machine of the node, with its admin token.'
    })
  }
}

/** A path that reaches the node from elsewhere is not absolute. */
export class PathNotAbsoluteError extends WaystoneError {
  static override readonly name = 'PathNotAbsoluteError'

  constructor(path: string) {
    super(`${JSON.stringify(path.slice(0, 200))} is not an absolute path`, {
      hint: 'The node runs in another folder than you: give the whole path.'
    })
  }
}

/** The caller reads too slowly to be told everything that happens. */
export class FeedOverflowError extends WaystoneError {
  static override readonly name = 'FeedOverflowError'
}
