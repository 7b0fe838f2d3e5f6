import { once } from 'node:events'
import { isIP } from 'node:net'
import { connect, getCACertificates } from 'node:tls'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { MAX_TEXT_LENGTH } from '../constants.ts'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '@waystone/interface'
import type { TlsResult } from '../observation.ts'

const DAY_MS = 86_400_000

/** Where a secure WebSocket is, and the name that its certificate must have. */
export interface TlsTarget {
  host: string
  port: number
  /** Name or IP address on the certificate. */
  name: string
}

export interface TlsProbeInit {
  signal: AbortSignal
  clock: Clock
  /** PEM. Default: those that come with Node and those of the system. */
  trusted?: string[] | undefined
}

/** A TLS handshake as a browser makes it: chain, name and dates count. */
export async function probeTls(target: TlsTarget, init: TlsProbeInit): Promise<TlsResult> {
  const { host, port, name } = target
  const socket = connect({
    host,
    port,
    ca: init.trusted ?? [...getCACertificates('default'), ...getCACertificates('system')],
    ALPNProtocols: ['http/1.1'],
    // names only: an IP address is compared with the certificate's without SNI
    ...(isIP(name) === 0 && { servername: name }),
    // so that the certificate can be looked at
    rejectUnauthorized: false
  })
  try {
    await once(socket, 'secureConnect', { signal: init.signal })
    return describeCertificate(socket, init.clock)
  } catch (error) {
    return describeFailure(init.signal.aborted ? init.signal.reason : error)
  } finally {
    socket.on('error', () => {})
    socket.destroy()
  }
}

function describeCertificate(socket: TLSSocket, clock: Clock): TlsResult {
  const { valid_to: validTo, subjectaltname: names } = socket.getPeerCertificate()
  const ends = Date.parse(validTo)
  const daysLeft = Number.isNaN(ends) ? {} : { daysLeft: Math.trunc((ends - clock.now()) / DAY_MS) }
  const facts = { ...daysLeft, ...(names !== undefined && { names: names.slice(0, MAX_TEXT_LENGTH) }) }
  if (socket.authorized) return { status: 'valid', ...facts }
  return { status: 'invalid', reason: reasonFor(socket.authorizationError), ...facts }
}

const REASONS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed, which browsers refuse',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is from an authority that browsers do not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is from an authority that browsers do not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the chain lacks the certificate of the authority in between',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name'
}

// Node's types call it an error; it is a code
function reasonFor(failure: unknown): string {
  const code = failure instanceof Error ? ('code' in failure ? String(failure.code) : failure.message) : String(failure)
  return REASONS[code] ?? code.slice(0, MAX_TEXT_LENGTH)
}

/** What answers with something that is not TLS has been reached. */
function describeFailure(error: unknown): TlsResult {
  const code = codeOf(error) ?? ''
  if (code.startsWith('ERR_SSL')) return { status: 'invalid', reason: `what answers there speaks no TLS (${code})` }
  return { status: 'unreachable', reason: messageOf(error).slice(0, MAX_TEXT_LENGTH) }
}
