import { WaystoneError } from '@waystone/interface'

/** What a source gave cannot be dialled: no multiaddr, one through a relay, or one without a place. */
export class SeedAddressInvalidError extends WaystoneError {
  static override readonly name = 'SeedAddressInvalidError'

  constructor(text: string, cause?: unknown) {
    super(`${JSON.stringify(text.slice(0, 100))} is no address of a seed`, {
      hint: 'give a direct multiaddr such as /ip4/192.0.2.1/tcp/4001, with or without /p2p/PEER-ID, or an IP',
      cause
    })
  }
}

/** A host name gives no address: no name server answers, or none knows it. */
export class SeedNameUnresolvedError extends WaystoneError {
  static override readonly name = 'SeedNameUnresolvedError'
}

/** TXT records lead in a circle, too deep, or to too many names. */
export class DnsaddrRecursionError extends WaystoneError {
  static override readonly name = 'DnsaddrRecursionError'
}

/** The target of an SRV record is no host name, as RFC 2782 wants it. */
export class SrvTargetInvalidError extends WaystoneError {
  static override readonly name = 'SrvTargetInvalidError'
}

/** A source gave more than is looked at; what is left out was chosen by chance. */
export class TooManyAnswersError extends WaystoneError {
  static override readonly name = 'TooManyAnswersError'
}

/** A list of seeds is larger than it may be. */
export class SeedListTooLargeError extends WaystoneError {
  static override readonly name = 'SeedListTooLargeError'
}

/** A list of seeds is neither JSON `{"seeds": [...]}` nor one address on each line. */
export class SeedListInvalidError extends WaystoneError {
  static override readonly name = 'SeedListInvalidError'
}

/** No list of seeds is to be had at a URL. */
export class SeedListUnavailableError extends WaystoneError {
  static override readonly name = 'SeedListUnavailableError'
}

/** Whoever answers is in no trust file, and no seed. */
export class SeedNotAdmittedError extends WaystoneError {
  static override readonly name = 'SeedNotAdmittedError'
}

/** The connection gater does not let an address be dialled. */
export class SeedDialDeniedError extends WaystoneError {
  static override readonly name = 'SeedDialDeniedError'
}
