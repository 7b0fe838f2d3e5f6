import { ListenFailedError, PortInUseError } from './errors.ts'

/** libp2p keeps the errors of its listeners only as text: `  <multiaddr>: <stack>` (transport-manager.ts). */
const FAILED_ADDRESS = /^ {2}(\/\S+): (.*)$/gm
/** Node's code, what the operating system says through QUIC's native code, and WebRTC-direct's of another node in this process. */
const IN_USE = /EADDRINUSE|address (?:is )?already in use|already (?:performing UDP mux|a listener for)/i
/**
 * All that WebRTC-direct says when it cannot have its UDP port. It comes
 * alone: the listener fails once more when libp2p stops after the failed
 * start, and that error hides the summary.
 */
const UDP_MUX_FAILED = 'Failed to register ICE UDP mux listener'

/**
 * Turns libp2p's summary of listeners that failed into one error that names the address.
 *
 * @param listen - the configured addresses
 */
export function namedListenError(error: unknown, listen: readonly string[]): unknown {
  if (!(error instanceof Error)) return error
  if (error.message === UDP_MUX_FAILED) return portInUse(listen.filter(isWebRtcDirect), error)
  if (error.name !== 'UnsupportedListenAddressesError') return error
  const failures = [...error.message.matchAll(FAILED_ADDRESS)].map(([, address = '', reason = '']) => ({
    address,
    reason
  }))
  const taken = failures.filter(({ address, reason }) => IN_USE.test(reason) || isTakenUdp(address, reason))
  if (taken.length > 0)
    return portInUse(
      taken.map(({ address }) => address),
      error
    )
  const reasons = failures.map(({ address, reason }) => `${address} (${reason})`)
  return new ListenFailedError(`cannot listen on ${reasons.join(', ') || 'any address'}`, {
    hint: 'check addresses.listen: the address must belong to this machine and its transport must be switched on',
    cause: error
  })
}

function isTakenUdp(address: string, reason: string): boolean {
  return isWebRtcDirect(address) && reason.endsWith(UDP_MUX_FAILED)
}

function isWebRtcDirect(address: string): boolean {
  return address.includes('/webrtc-direct')
}

function portInUse(addresses: string[], cause: Error): PortInUseError {
  return new PortInUseError(`another process listens on ${addresses.join(', ')}`, {
    hint: 'stop the other process, or choose another port in addresses.listen',
    cause
  })
}
