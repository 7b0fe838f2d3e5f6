import { WaystoneError } from '@waystone/interface'
import { messageOf } from '@waystone/kit/error-fields'

/** A name to expose or to ask for is not 1-32 of a-z, 0-9 and -. */
export class TunnelNameInvalidError extends WaystoneError {
  static override readonly name = 'TunnelNameInvalidError'

  constructor(name: string) {
    super(`${JSON.stringify(name.slice(0, 64))} is no name of a tunnel`, {
      hint: 'use 1-32 of a-z, 0-9 and -, beginning with a letter or digit'
    })
  }
}

/** A local address or a target cannot be read, or is open to more than was asked for. */
export class TunnelAddressInvalidError extends WaystoneError {
  static override readonly name = 'TunnelAddressInvalidError'
}

/** The name is exposed already. */
export class NameExposedError extends WaystoneError {
  static override readonly name = 'NameExposedError'

  constructor(name: string) {
    super(`${name} is exposed already`, { hint: 'choose another name, or end the other exposure first' })
  }
}

/** Something else listens at the local address. */
export class LocalAddressInUseError extends WaystoneError {
  static override readonly name = 'LocalAddressInUseError'

  constructor(local: string, cause: unknown) {
    super(`${local} is in use`, {
      hint: 'choose another port, or 0 for a free one; remove a unix socket that nothing listens on any more',
      cause
    })
  }
}

/** Nothing can listen at the local address. */
export class LocalAddressUnavailableError extends WaystoneError {
  static override readonly name = 'LocalAddressUnavailableError'

  constructor(local: string, cause: unknown) {
    super(`cannot listen on ${local}: ${messageOf(cause)}`, {
      hint: 'it must be an address of this machine; ports below 1024 and folders of others need more rights',
      cause
    })
  }
}

/** The peer exposes nothing under this name, or not to this peer: it does not say which. */
export class TunnelRefusedError extends WaystoneError {
  static override readonly name = 'TunnelRefusedError'

  constructor(name: string) {
    super(`the peer refuses ${name}`, {
      hint: `it must expose ${name}, and allow this peer: waystone expose ${name} TARGET --allow PEER`
    })
  }
}

/** The target of an exposed name does not answer. */
export class TargetUnreachableError extends WaystoneError {
  static override readonly name = 'TargetUnreachableError'

  constructor(name: string, cause?: unknown) {
    super(`nothing answers at the target of ${name}`, {
      hint: 'does the service behind it run, and at the address that was exposed?',
      cause
    })
  }
}

/** Too many tunnels are open. */
export class TunnelBusyError extends WaystoneError {
  static override readonly name = 'TunnelBusyError'

  constructor(detail: string) {
    super(`too many tunnels are open: ${detail}`, { hint: 'try again when some are closed' })
  }
}

/** The peer does not speak the tunnel protocol. */
export class NoTunnelsError extends WaystoneError {
  static override readonly name = 'NoTunnelsError'

  constructor(peer: string, cause: unknown) {
    super(`${peer} has no tunnels`, { hint: 'it must run `waystone expose`, or tunnels.expose in its config', cause })
  }
}

/** No connection to the peer could be made. */
export class TunnelPeerUnreachableError extends WaystoneError {
  static override readonly name = 'TunnelPeerUnreachableError'

  constructor(peer: string, cause: unknown) {
    super(`cannot reach ${peer}: ${messageOf(cause)}`, {
      hint: 'is it online, in the same network, and does it hold a reservation on a relay if nobody can dial it?',
      cause
    })
  }
}

/** The other side broke the protocol. */
export class TunnelProtocolError extends WaystoneError {
  static override readonly name = 'TunnelProtocolError'

  constructor(message: string, cause?: unknown) {
    super(`the other side broke the protocol: ${message}`, {
      hint: 'both sides may run different versions; update them',
      cause
    })
  }
}

/** The stream ended before the TCP connection did. */
export class TunnelBrokenError extends WaystoneError {
  static override readonly name = 'TunnelBrokenError'

  constructor(message: string, cause?: unknown) {
    super(message, { hint: 'a new connection opens a new tunnel, over another path if this one is gone', cause })
  }
}

/** The TCP connection was reset at this end. */
export class LocalResetError extends WaystoneError {
  static override readonly name = 'LocalResetError'

  constructor(cause?: unknown) {
    super(`the connection on this machine was reset${cause === undefined ? '' : `: ${messageOf(cause)}`}`, {
      hint: 'look at the program at that end',
      cause
    })
  }
}

/** The exposure or the forward that a tunnel belonged to has ended. */
export class TunnelEndedError extends WaystoneError {
  static override readonly name = 'TunnelEndedError'

  constructor(what: string) {
    super(`${what} was ended`, { hint: 'start it again to open new tunnels' })
  }
}

/** The service is used before it was started or after it was stopped. */
export class TunnelsStoppedError extends WaystoneError {
  static override readonly name = 'TunnelsStoppedError'

  constructor() {
    super('the tunnel service is not running', { hint: 'start the node first' })
  }
}
