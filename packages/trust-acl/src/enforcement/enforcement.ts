import { hostOf, peerOf, relaysOf } from './address-parts.ts'
import { TrustDeniedError } from './errors.ts'
import { StreamRules } from './stream-rules.ts'
import type { Connection, ConnectionGater, MultiaddrConnection, PeerId, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { NodeTrust, TrustDecision, TrustSubject } from '@waystone/interface'
import type { AuditSink } from '../contract.ts'

export interface EnforcementInit {
  trust: Pick<NodeTrust, 'decide' | 'explain'>
  /** The rules by IP, for those who have not proved yet who they are. */
  checkAddress?: ((address: Multiaddr) => TrustDecision | undefined) | undefined
  audit?: Pick<AuditSink, 'add'> | undefined
  /** Limits of new connections, which are the same for all. */
  exceedsLimits?: ((connection: MultiaddrConnection) => boolean) | undefined
}

/**
 * The one place where decisions become libp2p's answers: what its connection
 * gater denies, and which streams may be. libp2p calls the gater's functions
 * without their object, so they are bound.
 */
export class Enforcement implements ConnectionGater {
  readonly #init: EnforcementInit
  readonly #rules = new StreamRules()
  /** How often trust has changed. */
  #changes = 0
  /** Of streams whose handlers ask: how often it had when the handler got them. */
  readonly #handled = new WeakMap<object, number>()

  constructor(init: EnforcementInit) {
    this.#init = init
  }

  readonly denyDialPeer = (peer: PeerId): boolean => this.#denies({ peer }, 'connect')

  /** Also what a peer announces may lead through a relay that may not be used. */
  readonly denyDialMultiaddr = (address: Multiaddr): boolean => {
    const peer = peerOf(address)
    if (this.#leadsThroughDenied(address)) return true
    return peer === undefined ? this.#refuses(address) : this.#denies(outbound(peer, address), 'connect')
  }

  /** Before the handshake: only the address is known. Those whom a rule keeps out use up nobody's share of the limits. */
  readonly denyInboundConnection = (connection: MultiaddrConnection): boolean =>
    this.#refuses(connection.remoteAddr) || this.#init.exceedsLimits?.(connection) === true

  readonly denyInboundEncryptedConnection = (peer: PeerId, { remoteAddr: address }: MultiaddrConnection): boolean =>
    this.#denies({ peer, address, direction: 'inbound' }, 'connect')

  /** Again, right before the connection is there: the answer may have changed since. */
  readonly denyInboundUpgradedConnection = this.denyInboundEncryptedConnection

  /** Transports that dial through others, such as WebRTC, come here without the questions about dialling. */
  readonly denyOutboundConnection = (peer: PeerId, { remoteAddr }: MultiaddrConnection): boolean =>
    this.#leadsThroughDenied(remoteAddr) || this.#denies(outbound(peer, remoteAddr), 'connect')

  readonly denyOutboundEncryptedConnection = (peer: PeerId, { remoteAddr }: MultiaddrConnection): boolean =>
    this.#denies(outbound(peer, remoteAddr), 'connect')

  readonly denyOutboundUpgradedConnection = this.denyOutboundEncryptedConnection

  /** As a relay: a slot. */
  readonly denyInboundRelayReservation = (source: PeerId): boolean => this.#denies({ peer: source }, 'offer-relay')

  /** As a relay: a circuit serves both of its ends. */
  readonly denyOutboundRelayedConnection = (source: PeerId, destination: PeerId): boolean =>
    this.#denies({ peer: source }, 'offer-relay') || this.#denies({ peer: destination }, 'offer-relay')

  /** As the one who is called. */
  readonly denyInboundRelayedConnection = (relay: PeerId, caller: PeerId): boolean =>
    this.#denies({ peer: relay }, 'use-as-relay') || this.#denies({ peer: caller }, 'connect')

  /** Whether an address is kept; those of a peer that is denied as a whole are, until it is allowed again. */
  readonly filterMultiaddrForPeer = (peer: PeerId, address: Multiaddr): boolean => {
    const { trust } = this.#init
    return trust.explain(outbound(peer, address), 'connect').allow || !trust.explain({ peer }, 'connect').allow
  }

  /**
   * Asked for each stream when its protocol is known.
   *
   * @throws TrustDeniedError
   */
  assertStream(
    stream: Pick<Stream, 'protocol' | 'direction'>,
    { remotePeer: peer }: Pick<Connection, 'remotePeer'>
  ): void {
    const rule = this.#rules.of(stream)
    if (rule?.handlerAnswers === true) this.#handled.set(stream, this.#changes)
    if (rule === undefined || rule.handlerAnswers) return
    const decision = this.#init.trust.decide({ peer }, rule.trustFunction)
    if (!decision.allow) throw new TrustDeniedError(rule.trustFunction, decision)
  }

  /** Answers that were given before do not hold any longer; to be called at once, before anything else is asked. */
  trustChanged(): void {
    this.#changes++
  }

  /** Why an open connection may not be any longer; nothing is counted. */
  connectionDenial({ remotePeer: peer, remoteAddr: address, direction }: Connection): TrustDeniedError | undefined {
    return this.#denial({ peer, address, direction }, 'connect')
  }

  /**
   * Why an open stream may not be any longer; nothing is counted. One whose
   * handler got it since the last change, or still has to get it, is answered there.
   */
  streamDenial(stream: Pick<Stream, 'protocol' | 'direction'>, peer: PeerId): TrustDeniedError | undefined {
    const rule = this.#rules.of(stream)
    if (rule === undefined || (rule.handlerAnswers && !this.#isFromBefore(stream))) return undefined
    return this.#denial({ peer }, rule.trustFunction)
  }

  #isFromBefore(stream: object): boolean {
    return (this.#handled.get(stream) ?? this.#changes) < this.#changes
  }

  #denial(subject: TrustSubject, trustFunction: string): TrustDeniedError | undefined {
    const decision = this.#init.trust.explain(subject, trustFunction)
    return decision.allow ? undefined : new TrustDeniedError(trustFunction, decision)
  }

  #denies(subject: TrustSubject, trustFunction: string): boolean {
    return !this.#init.trust.decide(subject, trustFunction).allow
  }

  #leadsThroughDenied(address: Multiaddr): boolean {
    return relaysOf(address).some(relay => this.#denies({ peer: relay }, 'use-as-relay'))
  }

  #refuses(address: Multiaddr): boolean {
    const rule = this.#init.checkAddress?.(address)
    if (rule?.allow !== false) return false
    this.#init.audit?.add({ kind: 'denied', subject: hostOf(address), function: 'connect', reason: rule.reason })
    return true
  }
}

function outbound(peer: PeerId, address: Multiaddr): TrustSubject {
  return { peer, address, direction: 'outbound' }
}
