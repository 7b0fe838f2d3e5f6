import { ListenFailedError, PortInUseError } from './errors.ts'

/** libp2p keeps the errors of its listeners only as text: `  <multiaddr>: <stack>` (transport-manager.ts). */
const FAILED_ADDRESS = /^ {2}(\/\S+): (.*)$/gm
/** Node's code, and what the operating system says through QUIC's native code. */
const IN_USE = /EADDRINUSE|address (?:is )?already in use/i

/** Turns libp2p's summary of listeners that failed into one error that names the address. */
export function namedListenError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'UnsupportedListenAddressesError') return error
  const failures = [...error.message.matchAll(FAILED_ADDRESS)].map(([, address = '', reason = '']) => ({
    address,
    reason
  }))
  const taken = failures.filter(({ reason }) => IN_USE.test(reason))
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

function portInUse(addresses: string[], cause: Error): PortInUseError {
  return new PortInUseError(`another process listens on ${addresses.join(', ')}`, {
    hint: 'stop the other process, or choose another port in addresses.listen',
    cause
  })
}
