import { WaystoneError } from '@waystone/interface'

/** A peer's certificate does not prove who it is. */
export class PeerCertificateError extends WaystoneError {
  static override readonly name = 'PeerCertificateError'
}

/** A connection ended in the middle of its TLS handshake. */
export class TlsHandshakeError extends WaystoneError {
  static override readonly name = 'TlsHandshakeError'
}
