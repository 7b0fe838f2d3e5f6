import type { CarriedNames } from './carried.ts'
import type { IpnsName } from './name.ts'
import type { RecordStore } from './record-store.ts'
import type { FindingWay, FindOptions } from './ways.ts'

/** How long the own database may take, in milliseconds. */
const OWN_DEADLINE_MS = 1_000

/** Records that this node publishes itself. */
export class OwnWay implements FindingWay {
  readonly via = 'own'
  readonly deadlineMs = OWN_DEADLINE_MS
  readonly #records: RecordStore
  readonly #carried: CarriedNames

  constructor(records: RecordStore, carried: CarriedNames) {
    this.#records = records
    this.#carried = carried
  }

  async find(name: IpnsName, { found }: FindOptions): Promise<void> {
    const known = await this.#carried.get(name.text)
    // what is carried for others is held too, but the network may have a newer one
    if (known === undefined || known.by !== undefined) return
    const held = await this.#records.held(name)
    if (held !== undefined) found(held.record)
  }
}
