import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'

/** A node tells what happens from now on and keeps nothing of before. */
export class OnlyFollowingError extends WaystoneError {
  static override readonly name = 'OnlyFollowingError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** @throws OnlyFollowingError - without `--follow` */
export function requireFollow(what: string, { follow }: { follow?: boolean }, hint: string): void {
  if (follow === true) return
  throw new OnlyFollowingError(`the node keeps no ${what} of before, so they can only be followed`, { hint })
}

/** Said when the node was too slow to be read, or its reader too slow. */
export function noteDropped(count: bigint, what: string): void {
  if (count > 0n)
    process.stderr.write(`note: ${count} ${what} were left out here: they came faster than they were read\n`)
}
