import { WaystoneError } from '@waystone/interface'

/** The caller is no member of this cluster by the trust file that is known here. */
export class NotAMemberError extends WaystoneError {
  static override readonly name = 'NotAMemberError'
}

/** Nobody can be told from a member here yet: the trust file of the cluster is still looked for. */
export class NoTrustFileError extends WaystoneError {
  static override readonly name = 'NoTrustFileError'
}

/** The other side belongs to another cluster. */
export class OtherClusterError extends WaystoneError {
  static override readonly name = 'OtherClusterError'
}

/** What a peer says of itself has not the form it must have. */
export class HelloInvalidError extends WaystoneError {
  static override readonly name = 'HelloInvalidError'
}

/** A peer says hello more often than it may. */
export class HelloTooSoonError extends WaystoneError {
  static override readonly name = 'HelloTooSoonError'
}

/** A peer record is too large, not signed by its peer, or cannot be read. */
export class MemberRecordInvalidError extends WaystoneError {
  static override readonly name = 'MemberRecordInvalidError'
}

/** A connection is open here, and nobody answers at its other end. */
export class ConnectionDeadError extends WaystoneError {
  static override readonly name = 'ConnectionDeadError'
}

/** Another node runs with the key of this one, and was there first: this one has to end. */
export class DuplicateIdentityError extends WaystoneError {
  static override readonly name = 'DuplicateIdentityError'
  /** Of the process: as for everything else that has no code of its own. */
  readonly exitCode = 1
}
