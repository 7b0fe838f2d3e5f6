import { systemClock } from '@waystone/kit'
import { ipnsNameFromRoutingKey } from './name.ts'
import { loadIpns } from './library.ts'
import { readRecord, verifyRecord } from './record.ts'
import { IpnsSequenceError } from './errors.ts'
import type { Clock } from '@waystone/interface'

/** For `validators` and `selectors` of kad-dht, which knows nothing of IPNS by itself. */
export interface DhtRecords {
  readonly validators: { readonly ipns: (key: Uint8Array, value: Uint8Array) => Promise<void> }
  readonly selectors: { readonly ipns: (key: Uint8Array, values: Uint8Array[]) => Promise<number> }
  /**
   * For a store of the DHT, which would replace a record by any valid one.
   *
   * @throws IpnsSequenceError - what is stored is newer
   */
  readonly requireNewer: (key: Uint8Array, stored: Uint8Array, value: Uint8Array) => Promise<void>
}

/** Checks the IPNS records of a DHT: in force from the first record, loaded when it comes. */
export function dhtRecords({ clock = systemClock }: { clock?: Clock } = {}): DhtRecords {
  return {
    validators: {
      ipns: async (key, value) => void (await verifyRecord(ipnsNameFromRoutingKey(key), value, clock.now()))
    },
    selectors: { ipns: async (key, values) => (await loadIpns()).ipnsSelector(key, values) },
    requireNewer
  }
}

async function requireNewer(key: Uint8Array, stored: Uint8Array, value: Uint8Array): Promise<void> {
  const name = ipnsNameFromRoutingKey(key)
  // what cannot be read is not worth to be kept
  const before = await readRecord(name, stored).catch(() => undefined)
  if (before === undefined) return
  const { ipnsSelector } = await loadIpns()
  if (ipnsSelector(key, [value, stored]) === 0) return
  throw new IpnsSequenceError(`a newer record of ${name.text} is stored here`)
}
