import { nameOf } from '@waystone/kit/error-fields'
import { IpnsSequenceError, RecordNotTakenError } from './errors.ts'
import { follow } from './follow.ts'
import { verifyRecord } from './record.ts'
import { MAX_FILE_BYTES } from './constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { CarriedNames } from './carried.ts'
import type { IpnsName } from './name.ts'
import type { IpnsBasics } from './parts.ts'
import type { Publisher } from './publisher.ts'
import type { RecordStore } from './record-store.ts'
import type { SignedIpnsRecord } from './record.ts'
import type { Resolver } from './resolver.ts'
import type { TrustFiles } from './files.ts'

export interface CarrierInit extends IpnsBasics {
  records: RecordStore
  carried: CarriedNames
  resolver: Resolver
  files: TrustFiles
  publisher: Publisher
}

export interface BroughtRecord {
  by: PeerId
  name: IpnsName
  record: Uint8Array
}

/** Takes records that others bring. */
export class Carrier {
  readonly #init: CarrierInit

  constructor(init: CarrierInit) {
    this.#init = init
  }

  /** Hands a record to the network, and does not keep it. @throws when it is not valid, not newer, or nobody took it */
  async put(name: IpnsName, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const record = await this.#accepted(name, bytes)
    await this.#init.records.offer(record)
    const { published, failures } = await this.#init.publisher.give(record, { signal })
    if (published.length === 0)
      throw new RecordNotTakenError(`nobody took the record: ${failures.join('; ') || 'no peer is connected'}`)
  }

  /**
   * Keeps a record for a peer, and puts it into the network again and again
   * while it is valid. Its file is fetched when the peer has its answer. One that is
   * carried already stays as it is, but for a file that could not be had before.
   *
   * @throws RecordQuotaError, and what is wrong with the record
   */
  async carry({ by, name, record: bytes }: BroughtRecord, signal: AbortSignal): Promise<void> {
    const { records, carried, clock } = this.#init
    const held = await records.held(name)
    const record = await this.#accepted(name, bytes)
    const known = await carried.get(name.text)
    // those who carry for each other would hand it to and fro for ever
    if (known !== undefined && held !== undefined && isSame(held.record, bytes)) {
      if (known.by !== undefined && known.hasFile !== true) void this.#tryFile({ by, name, record }, signal)
      return
    }
    // our own stays ours, whoever brings it back
    const owner = known !== undefined && known.by === undefined ? {} : { by: by.toString() }
    const note = { name: name.text, ...owner, validUntil: record.validUntil, bytes: MAX_FILE_BYTES / 8 + bytes.length }
    if (note.by !== undefined) await carried.makeRoom(note, clock.now())
    await records.keep(record)
    await carried.put(note)
    void this.#spread({ by, name, record }, signal)
  }

  /** Keeps a record for a peer if there is room, and only hands it to the network if there is none. */
  async carryOrPut(
    brought: BroughtRecord,
    { signal, ending }: { signal: AbortSignal; ending: AbortSignal }
  ): Promise<void> {
    try {
      await this.carry(brought, ending)
    } catch (error) {
      if (nameOf(error) !== 'RecordQuotaError') throw error
      await this.put(brought.name, brought.record, signal)
    }
  }

  async #accepted(name: IpnsName, bytes: Uint8Array): Promise<SignedIpnsRecord> {
    const record = await verifyRecord(name, bytes, this.#init.clock.now())
    const newest = await this.#init.records.newest(record)
    if (newest === record || isSame(newest.record, bytes)) return record
    throw new IpnsSequenceError(`a record of ${name.text} that is valid for longer is known here`)
  }

  async #spread(
    { by, name, record }: Omit<BroughtRecord, 'record'> & { record: SignedIpnsRecord },
    signal: AbortSignal
  ) {
    const { publisher, log } = this.#init
    const given = publisher.give(record, { signal }).catch((error: unknown) => {
      if (!signal.aborted) log('the record of %s is not handed on - %e', name.text, error)
    })
    await Promise.all([given, this.#tryFile({ by, name, record }, signal)])
  }

  async #tryFile(brought: Omit<BroughtRecord, 'record'> & { record: SignedIpnsRecord }, signal: AbortSignal) {
    try {
      await this.#keepFile(brought, signal)
    } catch (error) {
      if (!signal.aborted) this.#init.log('the record of %s is carried without its file - %e', brought.name.text, error)
    }
  }

  async #keepFile(
    { by, name, record }: Omit<BroughtRecord, 'record'> & { record: SignedIpnsRecord },
    signal: AbortSignal
  ) {
    const { resolver, files, carried, clock } = this.#init
    const { cid, path } = await follow(resolver, { record, via: 'rpc' }, { signal })
    const file = await files.fetch({ cid, path }, { signal, from: by })
    const known = await carried.get(name.text)
    if (known === undefined) return
    const blocks = file.blocks.length === 0 ? [{ cid, bytes: file.bytes }] : file.blocks
    const size = blocks.reduce((sum, { bytes }) => sum + bytes.length, record.record.length)
    const note = { ...known, bytes: size, hasFile: true }
    if (note.by !== undefined) await carried.makeRoom(note, clock.now())
    await carried.put(note, blocks)
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
