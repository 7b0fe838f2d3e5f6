import { WaystoneError } from '@waystone/interface'
import type { Place } from './place.ts'

/** What every refusal of a trust file says besides its name. */
export interface TrustFileErrorInit {
  hint: string
  /** Where in the file, if it is one place. */
  place?: Place
  cause?: unknown
}

/** A trust file cannot be used; the names of its subclasses say why. */
export class TrustFileError extends WaystoneError {
  static override readonly name: string = 'TrustFileError'
  readonly place: Place | undefined

  constructor(message: string, { hint, place, cause }: TrustFileErrorInit) {
    super(place === undefined ? message : `${place.path} (line ${place.line}, column ${place.column}) ${message}`, {
      hint,
      cause
    })
    this.place = place
  }
}

/** More bytes, nodes or entries of a list than a trust file may have. */
export class TrustFileTooLargeError extends TrustFileError {
  static override readonly name = 'TrustFileTooLargeError'
}

/** The bytes are not UTF-8, begin with a byte order mark, or spell half a character. */
export class TrustFileEncodingError extends TrustFileError {
  static override readonly name = 'TrustFileEncodingError'
}

/** The text is not JSON, or goes on after its end. */
export class TrustFileSyntaxError extends TrustFileError {
  static override readonly name = 'TrustFileSyntaxError'
}

/** Objects and lists lie inside each other more often than in any trust file. */
export class TrustFileTooDeepError extends TrustFileError {
  static override readonly name = 'TrustFileTooDeepError'
}

/** An object has the same key twice: readers would disagree about which counts. */
export class TrustFileDuplicateKeyError extends TrustFileError {
  static override readonly name = 'TrustFileDuplicateKeyError'
}

/** A key that trust files do not have. */
export class TrustFileUnknownKeyError extends TrustFileError {
  static override readonly name = 'TrustFileUnknownKeyError'
}

/** A field is missing, of another type, or too long. */
export class TrustFileFieldError extends TrustFileError {
  static override readonly name = 'TrustFileFieldError'
}

/** A pubkey is no peer id, or of a kind that no peer has. */
export class TrustFilePubkeyError extends TrustFileError {
  static override readonly name = 'TrustFilePubkeyError'
}

/** A pubkey stands there twice and not with the same content. */
export class TrustFileConflictError extends TrustFileError {
  static override readonly name = 'TrustFileConflictError'
}

/** A remote is no multiaddr, or none that leads to a peer. */
export class TrustFileRemoteError extends TrustFileError {
  static override readonly name = 'TrustFileRemoteError'
}

/** A remote points to somebody else: it ends in the id of another peer. */
export class TrustFileForeignRemoteError extends TrustFileError {
  static override readonly name = 'TrustFileForeignRemoteError'
}
