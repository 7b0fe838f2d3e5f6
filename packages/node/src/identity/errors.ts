import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG, EXIT_START_FAILED } from '../exit-codes.ts'

/** The base of what can go wrong with a key: a node that meets one does not start. */
export class IdentityError extends WaystoneError {
  static override readonly name: string = 'IdentityError'
  readonly exitCode: number = EXIT_START_FAILED
}

/** There is no key file. */
export class KeyFileNotFoundError extends IdentityError {
  static override readonly name = 'KeyFileNotFoundError'
}

/** There is a key file already; none is ever overwritten. */
export class KeyFileExistsError extends IdentityError {
  static override readonly name = 'KeyFileExistsError'
}

/** Others than the owner may read or write the key file, or this process may not. */
export class KeyFilePermissionsError extends IdentityError {
  static override readonly name = 'KeyFilePermissionsError'
}

/** The key file is cut short, damaged, too large or not a key file. */
export class KeyFileCorruptError extends IdentityError {
  static override readonly name = 'KeyFileCorruptError'
}

/** The key file is of a later version than this program knows. */
export class KeyFileVersionError extends IdentityError {
  static override readonly name = 'KeyFileVersionError'
}

/** The key file could not be written: a full disk, a read-only folder, … Nothing was left behind. */
export class KeyFileWriteError extends IdentityError {
  static override readonly name = 'KeyFileWriteError'
}

/** A passphrase is given, but the key lies open in its file. */
export class KeyNotEncryptedError extends IdentityError {
  static override readonly name = 'KeyNotEncryptedError'
}

/** The key is encrypted and no passphrase is given. */
export class PassphraseMissingError extends IdentityError {
  static override readonly name = 'PassphraseMissingError'
  override readonly exitCode: number = EXIT_BAD_CONFIG
}

/** The passphrase does not open the key file. */
export class PassphraseWrongError extends IdentityError {
  static override readonly name = 'PassphraseWrongError'
}

/** The passphrase is empty, too long or not text. */
export class PassphraseInvalidError extends IdentityError {
  static override readonly name = 'PassphraseInvalidError'
}

/** The passphrase file cannot be read. */
export class PassphraseFileError extends IdentityError {
  static override readonly name = 'PassphraseFileError'
}

/** Others than the owner may read or write the passphrase file. */
export class PassphraseFilePermissionsError extends IdentityError {
  static override readonly name = 'PassphraseFilePermissionsError'
}

/** The text is not a recovery phrase. */
export class PhraseInvalidError extends IdentityError {
  static override readonly name = 'PhraseInvalidError'
  override readonly exitCode: number = EXIT_BAD_CONFIG
}
