import { abortable } from '@waystone/kit'
import { PeerCertificateError, TlsHandshakeError } from './errors.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'

/**
 * Resolves when both ends have shown that they have their certificates' keys.
 * @throws TlsHandshakeError, or the signal's reason
 */
export async function handshake(socket: TLSSocket, duplex: Duplex, { signal }: AbortOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const fail = (cause?: Error): void =>
    reject(new TlsHandshakeError(`the TLS handshake failed: ${cause?.message ?? 'the connection ended'}`, { cause }))
  socket.once('secure', resolve)
  // for as long as the socket lives: an error that nobody listens to ends the process
  socket.on('error', fail)
  socket.once('close', () => fail())
  duplex.on('error', error => socket.destroy(error))
  await (signal ? abortable(promise, signal) : promise)
}

/**
 * The one certificate that the peer has shown, as DER.
 * @throws PeerCertificateError when there is none, or more
 */
export function certificateOf(socket: TLSSocket): Buffer {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) throw new PeerCertificateError('the peer has shown no certificate')
  if (certificate.issuerCertificate !== undefined) throw new PeerCertificateError('the peer has shown a chain')
  return certificate.raw
}
