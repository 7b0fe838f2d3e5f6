import { WaystoneError } from '@waystone/interface'
import { EXIT_START_FAILED } from '../exit-codes.ts'

/** A plugin would replace a part of libp2p. */
export class ServiceKeyTakenError extends WaystoneError {
  static override readonly name = 'ServiceKeyTakenError'
  readonly exitCode = EXIT_START_FAILED
}

/** Another process listens on the port. */
export class PortInUseError extends WaystoneError {
  static override readonly name = 'PortInUseError'
  readonly exitCode = EXIT_START_FAILED
}

/** An address could not be listened on, for a reason other than a port in use. */
export class ListenFailedError extends WaystoneError {
  static override readonly name = 'ListenFailedError'
  readonly exitCode = EXIT_START_FAILED
}

/** A certificate or its key could not be read. */
export class CertificateUnreadableError extends WaystoneError {
  static override readonly name = 'CertificateUnreadableError'
  readonly exitCode = EXIT_START_FAILED
}

/** Nothing came from a peer for too long, not even when it was pinged: its connection was cut. */
export class PeerSilentError extends WaystoneError {
  static override readonly name = 'PeerSilentError'
}

/** A peer answered a ping with something else than what it was sent. */
export class PingAnswerError extends WaystoneError {
  static override readonly name = 'PingAnswerError'
}
