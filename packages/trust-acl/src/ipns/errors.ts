import { WaystoneError } from '@waystone/interface'

/** The base of what makes an IPNS record, or what it leads to, be refused. */
export class IpnsError extends WaystoneError {
  static override readonly name: string = 'IpnsError'
}

/** The text is no IPNS name. */
export class IpnsNameInvalidError extends IpnsError {
  static override readonly name = 'IpnsNameInvalidError'
}

/** A record is larger than 10 KiB. */
export class IpnsRecordTooLargeError extends IpnsError {
  static override readonly name = 'IpnsRecordTooLargeError'
}

/** The bytes are no IPNS record, or one without the fields of version 2. */
export class IpnsRecordInvalidError extends IpnsError {
  static override readonly name = 'IpnsRecordInvalidError'
}

/** The record carries the public key of another name. */
export class IpnsNameMismatchError extends IpnsError {
  static override readonly name = 'IpnsNameMismatchError'
}

/** The record was not signed by the key of its name: another key did it, or it is a record of another name. */
export class IpnsSignatureError extends IpnsError {
  static override readonly name = 'IpnsSignatureError'
}

/** The record is not valid any more. */
export class IpnsRecordExpiredError extends IpnsError {
  static override readonly name = 'IpnsRecordExpiredError'
}

/** The record is older than one that is known. */
export class IpnsSequenceError extends IpnsError {
  static override readonly name = 'IpnsSequenceError'
}

/** A record points to neither `/ipfs/CID` nor `/ipns/NAME`. */
export class IpnsValueError extends IpnsError {
  static override readonly name = 'IpnsValueError'
}

/** Names point to each other in a circle. */
export class IpnsCycleError extends IpnsError {
  static override readonly name = 'IpnsCycleError'
}

/** Too many names point to each other in a row. */
export class IpnsTooManyHopsError extends IpnsError {
  static override readonly name = 'IpnsTooManyHopsError'
}

/** No way brought a valid record. */
export class IpnsNotFoundError extends IpnsError {
  static override readonly name = 'IpnsNotFoundError'
}

/** A file is larger than a trust file may be. */
export class IpnsFileTooLargeError extends IpnsError {
  static override readonly name = 'IpnsFileTooLargeError'
}

/** The bytes are not those of their CID. */
export class IpnsFileMismatchError extends IpnsError {
  static override readonly name = 'IpnsFileMismatchError'
}

/** Nobody who was asked has the file that a record points to. */
export class IpnsFileNotFoundError extends IpnsError {
  static override readonly name = 'IpnsFileNotFoundError'
}

/** A record that was signed before does not point to the file that is published with it. */
export class RecordOfOtherFileError extends IpnsError {
  static override readonly name = 'RecordOfOtherFileError'
}

/** There is neither a key nor a record to publish with, or both, or this node keeps no keys. */
export class PublishKeyError extends IpnsError {
  static override readonly name = 'PublishKeyError'
}

/** A mirror answers with something else than a record. */
export class MirrorFailedError extends IpnsError {
  static override readonly name = 'MirrorFailedError'
}

/** No way of handing a record to the network worked. */
export class RecordNotTakenError extends IpnsError {
  static override readonly name = 'RecordNotTakenError'
}

/** This node carries as many records of others as it may. */
export class RecordQuotaError extends IpnsError {
  static override readonly name = 'RecordQuotaError'
}

/** A peer brings a record of a name that this node neither follows nor carries for it. */
export class PutRecordDeniedError extends WaystoneError {
  static override readonly name = 'PutRecordDeniedError'
}

/** There is no entry with this label or name that has a trust file. */
export class TrustFileEntryNotFoundError extends IpnsError {
  static override readonly name = 'TrustFileEntryNotFoundError'
}
