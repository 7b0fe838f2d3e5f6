import { WaystoneError } from '@waystone/interface'
import { messageOf } from '@waystone/kit/error-fields'
import { LEVELS } from '../model/levels.ts'

/** No entry has this label or public key. */
export class EntryUnknownError extends WaystoneError {
  static override readonly name = 'EntryUnknownError'

  constructor(text: string) {
    super(`the trust database has no entry ${quoted(text)}`, { hint: 'waystone trust ls shows all entries' })
  }
}

/** The label of an entry is not one. */
export class LabelInvalidError extends WaystoneError {
  static override readonly name = 'LabelInvalidError'

  constructor(label: string, why: string) {
    super(`${quoted(label)} cannot be a label: ${why}`, {
      hint: 'give a label of 1 to 64 printable characters that is no key, such as "cluster-a"'
    })
  }
}

/** Another entry has the label. */
export class LabelTakenError extends WaystoneError {
  static override readonly name = 'LabelTakenError'

  constructor(label: string, pubkey: string) {
    super(`the label ${quoted(label)} is that of ${pubkey}`, { hint: 'choose another label, or change that entry' })
  }
}

/** Another entry has the public key. */
export class PubkeyTakenError extends WaystoneError {
  static override readonly name = 'PubkeyTakenError'

  constructor(pubkey: string, label: string) {
    super(`${pubkey} has an entry already: ${quoted(label)}`, {
      hint: `change that entry: waystone trust set ${quoted(label)} …`
    })
  }
}

/** What should be a peer id or an IPNS name is none. */
export class PubkeyInvalidError extends WaystoneError {
  static override readonly name = 'PubkeyInvalidError'

  constructor(text: string, cause: unknown) {
    super(`${quoted(text)} is neither an IPNS name nor a peer id (${messageOf(cause)})`, {
      hint: 'give the IPNS name of a trust file (k51…) or the id of a peer (12D3Koo…); the keys are Ed25519, secp256k1 or RSA',
      cause
    })
  }
}

/** There is no such level, or it is not for entries. */
export class TrustLevelUnknownError extends WaystoneError {
  static override readonly name = 'TrustLevelUnknownError'

  constructor(level: string) {
    super(`${quoted(level)} is no level that an entry can have`, {
      hint: `choose one of ${LEVELS.filter(name => name !== 'none').join(', ')}; strangers have none without an entry`
    })
  }
}

/** A function is not written like one, or there are too many. */
export class TrustFunctionInvalidError extends WaystoneError {
  static override readonly name = 'TrustFunctionInvalidError'

  constructor(why: string) {
    super(why, { hint: 'waystone trust levels shows all functions; others look like tunnel:web or protocol:/x/1' })
  }
}

/** A lifetime is not one. */
export class LifetimeInvalidError extends WaystoneError {
  static override readonly name = 'LifetimeInvalidError'
}

/** An address of an entry is none, leads to another peer, or the entry can have none. */
export class EntryAddressInvalidError extends WaystoneError {
  static override readonly name = 'EntryAddressInvalidError'

  constructor(address: string, why: string) {
    super(`the address ${quoted(address)} ${why}`, {
      hint: 'give addresses of that very peer, such as /ip4/203.0.113.7/tcp/4001'
    })
  }
}

/** The trust database is full. */
export class TooManyEntriesError extends WaystoneError {
  static override readonly name = 'TooManyEntriesError'
}

/** One of many entries is not valid, or does not fit to the others; none was taken. */
export class BatchRefusedError extends WaystoneError {
  static override readonly name = 'BatchRefusedError'
  /** Its place among them, from 0. */
  readonly at: number

  constructor(at: number, cause: unknown) {
    super(`entry ${at + 1}: ${messageOf(cause)}`, { hint: 'none of the entries was taken', cause })
    this.at = at
  }
}

/** A trust file names more nodes than a file may, or is not that of the entry. */
export class TrustFileRefusedError extends WaystoneError {
  static override readonly name = 'TrustFileRefusedError'
}

/** A trust file is older than the one that the entry has. */
export class TrustFileOutdatedError extends WaystoneError {
  static override readonly name = 'TrustFileOutdatedError'
}

/** The trust database was closed. */
export class TrustClosedError extends WaystoneError {
  static override readonly name = 'TrustClosedError'
}

/** As a person reads it, short and without control characters. */
function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 128))
}
