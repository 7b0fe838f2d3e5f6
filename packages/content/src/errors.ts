import { WaystoneError } from '@waystone/interface'

/** A CID with a hash or a codec that is not kept here. */
export class UnsupportedCidError extends WaystoneError {
  static override readonly name = 'UnsupportedCidError'
}

/** A block is larger than any may be. */
export class BlockTooLargeError extends WaystoneError {
  static override readonly name = 'BlockTooLargeError'
}

/** Bytes are not those of their CID. */
export class BlockHashMismatchError extends WaystoneError {
  static override readonly name = 'BlockHashMismatchError'
}

/** What was put here leaves no room for more. */
export class ContentStoreFullError extends WaystoneError {
  static override readonly name = 'ContentStoreFullError'
}

/** Nobody who was asked has the block. */
export class ContentNotFoundError extends WaystoneError {
  static override readonly name = 'ContentNotFoundError'
}

/** A folder does not have what the path names. */
export class ContentPathNotFoundError extends WaystoneError {
  static override readonly name = 'ContentPathNotFoundError'
}

/** A file has more bytes than were asked for. */
export class ContentTooLargeError extends WaystoneError {
  static override readonly name = 'ContentTooLargeError'
}

/** A file has more blocks, levels or folders than any honest one. */
export class ContentTooComplexError extends WaystoneError {
  static override readonly name = 'ContentTooComplexError'
}

/** A block is no UnixFS, or contradicts itself. */
export class ContentMalformedError extends WaystoneError {
  static override readonly name = 'ContentMalformedError'
}

/** What the CID leads to is no file, or is stored in a way that is not read here. */
export class ContentNotAFileError extends WaystoneError {
  static override readonly name = 'ContentNotAFileError'
}

/** The service is not running. */
export class ContentStoppedError extends WaystoneError {
  static override readonly name = 'ContentStoppedError'
}

/** A bitswap message is not what the protocol allows; the stream is reset. */
export class BitswapMessageInvalidError extends WaystoneError {
  static override readonly name = 'BitswapMessageInvalidError'
}

/** A peer may neither ask for blocks nor is it asked for some. */
export class BitswapRefusedError extends WaystoneError {
  static override readonly name = 'BitswapRefusedError'
}

/** More bitswap streams are open than are read at once. */
export class BitswapBusyError extends WaystoneError {
  static override readonly name = 'BitswapBusyError'
}

/** What an operator gave is no CID. */
export class CidInvalidError extends WaystoneError {
  static override readonly name = 'CidInvalidError'
}
