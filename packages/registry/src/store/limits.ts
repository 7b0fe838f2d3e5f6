import { NetworkRecordsFullError, PeerRecordsFullError, RegistryFullError } from './errors.ts'
import { numberIn } from './rows.ts'
import type { PutOptions, VerifiedRecord } from '../contract.ts'
import type { RegistryDatabase } from './database.ts'
import type { Totals } from './totals.ts'

/** How much is kept, of everybody and of some. */
export interface RegistryLimits {
  /** Of everybody together; withdrawn ones count until they expire. */
  maxRecords: number
  /** Payloads of everybody together, in bytes. */
  maxBytes: number
  maxRecordsPerPeer: number
  /** Registered here from one IPv4 /24 or IPv6 /48. */
  maxRecordsPerNetwork: number
}

const OF_PEER = `
  SELECT (SELECT count(*) FROM records WHERE id = :who) + (SELECT count(*) FROM ended WHERE id = :who) AS n
`.replaceAll(':who', '?1')

const OF_NETWORK = `
  SELECT (SELECT count(*) FROM records WHERE network = :where) + (SELECT count(*) FROM ended WHERE network = :where) AS n
`.replaceAll(':where', '?1')

/** Refuses what there is no room for; nobody else's record has to go for it. */
export class Limits {
  readonly #db: RegistryDatabase
  readonly #limits: RegistryLimits

  constructor(db: RegistryDatabase, limits: RegistryLimits) {
    this.#db = db
    this.#limits = limits
  }

  /**
   * @param totals - with what was taken before in the same transaction
   * @throws RegistryFullError, PeerRecordsFullError, NetworkRecordsFullError
   */
  checkNew(record: VerifiedRecord, options: PutOptions, totals: Totals): void {
    const { maxRecords } = this.#limits
    if (totals.records + totals.ended >= maxRecords) {
      throw new RegistryFullError(`the registry is full: it holds ${maxRecords} records`, { hint: FULL_HINT })
    }
    this.checkBytes(record.payload.length, totals)
    if (options.registered !== true) return
    this.#checkPeer(record.id)
    if (options.network !== undefined) this.#checkNetwork(options.network)
  }

  /** @param more - bytes by which payloads grow */
  checkBytes(more: number, totals: Totals): void {
    const { maxBytes } = this.#limits
    if (more <= 0 || totals.bytes + more <= maxBytes) return
    throw new RegistryFullError(`the registry is full: payloads have ${maxBytes} bytes`, { hint: FULL_HINT })
  }

  #checkPeer(id: string): void {
    const { maxRecordsPerPeer } = this.#limits
    if (this.#count(OF_PEER, id) < maxRecordsPerPeer) return
    throw new PeerRecordsFullError(`${id} has ${maxRecordsPerPeer} records here, which is the limit`, {
      hint: 'wait until some expire; withdrawn ones count until then'
    })
  }

  #checkNetwork(network: string): void {
    const { maxRecordsPerNetwork } = this.#limits
    if (this.#count(OF_NETWORK, network) < maxRecordsPerNetwork) return
    throw new NetworkRecordsFullError(`${maxRecordsPerNetwork} records came from ${network}, which is the limit`, {
      hint: 'register at a registry that more of your network do not use, or have its operator raise registry.maxRecordsPerNetwork'
    })
  }

  #count(sql: string, of: string): number {
    const row = this.#db.get(sql, of)
    return row === undefined ? 0 : numberIn(row, 'n')
  }
}

const FULL_HINT = 'ask another registry, or its operator for more room (registry.maxRecords, registry.maxBytes)'
