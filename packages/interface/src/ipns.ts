import type { AbortOptions, PeerId } from '@libp2p/interface'

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

export interface PutRecordOptions extends AbortOptions {
  /** Who brings the record. */
  by?: PeerId | undefined
}

/** IPNS records: found, verified, kept, and carried for others. Names are libp2p-key CIDs as text (`k51…`). */
export interface IpnsRecords {
  /** What is held here, without asking anybody. */
  held(name: string): Promise<HeldIpnsRecord | undefined>
  /** The newest that any way brings, verified. */
  resolve(name: string, options?: AbortOptions): Promise<HeldIpnsRecord>
  /**
   * Takes a record and hands it to the network. It is also kept, and put there
   * again and again, if the peer that brings it has the function redistribute-ipns.
   *
   * @throws when it is not valid, or older than what is held, and when nobody took a record that is not kept
   */
  put(name: string, record: Uint8Array, options?: PutRecordOptions): Promise<void>
}
