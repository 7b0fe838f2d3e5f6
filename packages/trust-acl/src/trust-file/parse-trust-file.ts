import { MAX_TRUST_FILE_BYTES } from './constants.ts'
import { checkFields } from './check-fields.ts'
import { TrustFileEncodingError, TrustFileTooLargeError } from './errors.ts'
import { JsonScanner } from './json-scanner.ts'
import { FileReader } from './read-file.ts'
import type { TrustFile } from '../contract.ts'

const BYTE_ORDER_MARK = '\uFEFF'

/**
 * Reads a trust file (https://github.com/libp2p/notes/issues/24), or refuses
 * it as a whole: what is half understood must not decide who may do what.
 *
 * @throws TrustFileTooLargeError, TrustFileEncodingError, TrustFileSyntaxError, TrustFileTooDeepError,
 * TrustFileDuplicateKeyError, TrustFileUnknownKeyError, TrustFileFieldError, TrustFilePubkeyError,
 * TrustFileConflictError, TrustFileRemoteError, TrustFileForeignRemoteError
 */
export function parseTrustFile(bytes: Uint8Array): TrustFile {
  checkTrustFileSize(bytes.byteLength)
  const text = decode(bytes)
  new JsonScanner(text).scan()
  const value: unknown = JSON.parse(text)
  return new FileReader(text).read(checkFields(value, text))
}

/**
 * Refuses a length that somebody claims or a system reports, before a byte is taken.
 *
 * @param length - bytes
 * @throws TrustFileTooLargeError
 */
export function checkTrustFileSize(length: number | bigint): void {
  if (length >= 0 && length <= MAX_TRUST_FILE_BYTES) return
  const hint = 'publish two files, each under a name of its own'
  throw new TrustFileTooLargeError(`the file has ${length} bytes, more than ${MAX_TRUST_FILE_BYTES}`, { hint })
}

function decode(bytes: Uint8Array): string {
  const text = decodeStrictly(bytes)
  if (!text.startsWith(BYTE_ORDER_MARK)) return text
  const hint = 'save the file as UTF-8 without a signature'
  throw new TrustFileEncodingError('the file begins with a byte order mark', { hint })
}

function decodeStrictly(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new TrustFileEncodingError('the file is not UTF-8', { hint: 'save the file as UTF-8', cause })
  }
}
