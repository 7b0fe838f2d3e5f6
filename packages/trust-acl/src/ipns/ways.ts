import type { AbortOptions } from '@libp2p/interface'
import type { RecordWay } from '../contract.ts'
import type { IpnsName } from './name.ts'

export interface FindOptions extends AbortOptions {
  signal: AbortSignal
  /** Takes what was found, as it comes; it has not been verified. */
  found: (record: Uint8Array) => void
}

/** One way of looking for records. */
export interface FindingWay {
  readonly via: RecordWay
  /** Milliseconds after which it is given up. */
  readonly deadlineMs: number
  /** Ends when nothing more will be found; what it throws is told to the log alone. */
  find(name: IpnsName, options: FindOptions): Promise<void>
}

/** One way of handing records to others. */
export interface GivingWay {
  readonly via: RecordWay
  /** @returns how many took it, at least 1 @throws when nobody did */
  give(name: IpnsName, record: Uint8Array, options: { signal: AbortSignal }): Promise<number>
}
