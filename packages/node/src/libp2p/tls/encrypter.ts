import { connect, TLSSocket } from 'node:tls'
import { serviceCapabilities } from '@libp2p/interface'
import { toMessageStream, toNodeDuplex } from '@libp2p/tls/utils'
import { TlsHandshakeError } from './errors.ts'
import { certificateOf, handshake } from './handshake.ts'
import { chosen, muxersOf, offered } from './muxers.ts'
import { OwnCertificate } from './own-certificate.ts'
import { provePeer } from './peer-certificate.ts'
import type { AbortOptions, ConnectionEncrypter, MessageStream, PeerId, PrivateKey, Upgrader } from '@libp2p/interface'
import type { SecureConnectionOptions, SecuredConnection } from '@libp2p/interface'
import type { Duplex } from 'node:stream'
import type { TLSSocketOptions } from 'node:tls'
import type { Clock } from '@waystone/interface'
import type { Muxers } from './muxers.ts'

export interface TlsComponents {
  privateKey: PrivateKey
  upgrader: Upgrader
}

/**
 * TLS 1.3 between peers, as libp2p/specs tls/tls.md has it. `@libp2p/tls` 3.1.10 makes a certificate for every
 * connection and reads the peer's with a library of its own, some 12 ms a handshake: this one keeps its certificate and
 * has OpenSSL read the other's. How bytes get in and out of the socket is theirs.
 */
export function tls(clock: Clock): (components: TlsComponents) => ConnectionEncrypter {
  return components => new Tls(components, clock)
}

type OpenSocket = (duplex: Duplex, options: TLSSocketOptions, muxers: Muxers) => TLSSocket

class Tls implements ConnectionEncrypter {
  readonly protocol = '/tls/1.0.0'
  readonly [Symbol.toStringTag] = '@waystone/tls'
  readonly [serviceCapabilities] = ['@libp2p/connection-encryption']
  /** The upgrader is made after its encrypters. */
  readonly #components: TlsComponents
  readonly #clock: Clock
  readonly #certificate: OwnCertificate

  constructor(components: TlsComponents, clock: Clock) {
    this.#components = components
    this.#clock = clock
    this.#certificate = new OwnCertificate(components.privateKey, clock)
  }

  async secureInbound(connection: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    return await this.#secure(connection, options, inboundSocket)
  }

  async secureOutbound(connection: MessageStream, options: SecureConnectionOptions = {}): Promise<SecuredConnection> {
    return await this.#secure(connection, options, outboundSocket)
  }

  async #secure(
    connection: MessageStream,
    options: SecureConnectionOptions,
    open: OpenSocket
  ): Promise<SecuredConnection> {
    try {
      const secureContext = await this.#certificate.context()
      checkOpen(connection, options)
      const muxers = muxersOf(this.#components.upgrader, options.skipStreamMuxerNegotiation === true)
      const duplex = toNodeDuplex(connection)
      const socket = open(duplex, { secureContext, rejectUnauthorized: false }, muxers)
      connection.addEventListener('close', () => socket.destroy())
      await handshake(socket, duplex, options)
      const remotePeer = await this.#prove(socket, options)
      checkOpen(connection, options)
      const streamMuxer = muxers.get(socket.alpnProtocol || '')
      return { remotePeer, connection: toMessageStream(connection, socket), ...(streamMuxer && { streamMuxer }) }
    } catch (error) {
      connection.abort(error instanceof Error ? error : new TlsHandshakeError('the TLS handshake failed'))
      throw error
    }
  }

  async #prove(socket: TLSSocket, { remotePeer: expected }: SecureConnectionOptions): Promise<PeerId> {
    return await provePeer(certificateOf(socket), { now: this.#clock.now(), expected })
  }
}

function checkOpen(connection: MessageStream, { signal }: AbortOptions): void {
  signal?.throwIfAborted()
  if (connection.status !== 'open') throw new TlsHandshakeError('the connection ended in the TLS handshake')
}

function inboundSocket(duplex: Duplex, options: TLSSocketOptions, muxers: Muxers): TLSSocket {
  const ALPNCallback = ({ protocols }: { protocols: string[] }): string | undefined => chosen(muxers, protocols)
  return new TLSSocket(duplex, { ...options, isServer: true, requestCert: true, ALPNCallback })
}

function outboundSocket(socket: Duplex, options: TLSSocketOptions, muxers: Muxers): TLSSocket {
  return connect({ ...options, socket, ALPNProtocols: offered(muxers) })
}
