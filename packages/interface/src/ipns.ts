import type { AbortOptions } from '@libp2p/interface'

/** A record that was found valid now. */
export interface HeldIpnsRecord {
  /** The signed record as it travels (https://specs.ipfs.tech/ipns/ipns-record/#ipns-record), at most 10 KiB. */
  record: Uint8Array
  /** What it points to, such as `/ipfs/bafy…`. */
  value: string
  sequence: bigint
  /** Milliseconds since the Unix epoch. */
  validUntil: number
}

/** IPNS records: found, verified, kept, and carried for others. Names are libp2p-key CIDs as text (`k51…`). */
export interface IpnsRecords {
  /** What is held here, without asking anybody. */
  held(name: string): Promise<HeldIpnsRecord | undefined>
  /** The newest that any way brings, verified. */
  resolve(name: string, options?: AbortOptions): Promise<HeldIpnsRecord>
  /** Takes a record and hands it to the network. @throws when it is not valid, or older than what is held */
  put(name: string, record: Uint8Array, options?: AbortOptions): Promise<void>
}
