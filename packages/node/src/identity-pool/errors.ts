import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG, EXIT_FAILED, EXIT_START_FAILED } from '../exit-codes.ts'

/** `pool.json` is not there, damaged, too large or cannot be written. */
export class PoolFileError extends WaystoneError {
  static override readonly name = 'PoolFileError'
  readonly exitCode = EXIT_START_FAILED
}

/** The pool was made of another recovery phrase. */
export class PoolPhraseError extends WaystoneError {
  static override readonly name = 'PoolPhraseError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** A pool cannot have this many slots, or has more already. */
export class PoolSizeError extends WaystoneError {
  static override readonly name = 'PoolSizeError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** A slot holds another key than the pool says. */
export class SlotMismatchError extends WaystoneError {
  static override readonly name = 'SlotMismatchError'
  readonly exitCode = EXIT_START_FAILED
}

/** The config names no lease keeper, or one that cannot be used. */
export class LeaseKeeperMissingError extends WaystoneError {
  static override readonly name = 'LeaseKeeperMissingError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** The slot that is given from outside is none of the pool's. */
export class PoolOrdinalError extends WaystoneError {
  static override readonly name = 'PoolOrdinalError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** No slot that this node could take is on the list of its cluster's members. */
export class NoListedSlotError extends WaystoneError {
  static override readonly name = 'NoListedSlotError'
  readonly exitCode = EXIT_START_FAILED
}

/** The slot that is given from outside is none that the cluster lists. */
export function notListed(slot: number, giver: string): NoListedSlotError {
  return new NoListedSlotError(`Slot ${slot}, which ${giver} gives, is not on the cluster's list of members`, {
    hint: 'list it again with `waystone cluster add PEER-ID --publish` and copy cluster.json and cluster.record here, or run fewer seeds'
  })
}

/** The slot of a running node was taken off the list of its cluster's members: the node stops. */
export class SlotUnlistedError extends WaystoneError {
  static override readonly name = 'SlotUnlistedError'
  readonly exitCode = EXIT_FAILED
}

/** The folder of the leases cannot be read or written. */
export class PoolFolderError extends WaystoneError {
  static override readonly name = 'PoolFolderError'
  readonly exitCode = EXIT_START_FAILED
}

/** The keeper of the leases does not answer; it may do so later. */
export class LeaseKeeperUnreachableError extends WaystoneError {
  static override readonly name = 'LeaseKeeperUnreachableError'
  readonly exitCode = EXIT_START_FAILED
}

/** The keeper of the leases does not let this node in, or is not fit for it: asking again does not help. */
export class LeaseKeeperRefusedError extends WaystoneError {
  static override readonly name = 'LeaseKeeperRefusedError'
  readonly exitCode = EXIT_START_FAILED
}

/** The lease of the node's slot could not be renewed, or is somebody else's: the node stops. */
export class LeaseLostError extends WaystoneError {
  static override readonly name = 'LeaseLostError'
  readonly exitCode = EXIT_FAILED
}
