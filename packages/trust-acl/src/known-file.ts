import { TrustStore } from './database/store.ts'
import { checkShipped } from './ipns/check-shipped.ts'
import { parseIpnsName } from './ipns/name.ts'
import { verifyRecord } from './ipns/record.ts'
import { parseTrustFile } from './trust-file/parse-trust-file.ts'
import type { Datastore } from 'interface-datastore'
import type { TrustFile } from './contract.ts'
import type { ShippedCopy } from './ipns/parts.ts'

/** A trust file whose signature was checked. */
export interface KnownFile {
  readonly sequence: bigint
  readonly file: TrustFile
}

/**
 * The trust file that came with a config.
 *
 * @param now - milliseconds since the Unix epoch
 * @throws IpnsError - one of its kinds, and what loading it and `parseTrustFile` throw
 */
export async function readShippedCopy(copy: ShippedCopy, now: number): Promise<KnownFile> {
  const { record: bytes, file } = await copy.load()
  const record = await verifyRecord(parseIpnsName(copy.pubkey), bytes, now)
  await checkShipped(record, file)
  return { sequence: record.sequence, file: parseTrustFile(file) }
}

/**
 * The trust file that a trust database holds of a name, without opening the database.
 *
 * @returns nothing if there is none, or its row cannot be read
 */
export async function readStoredFile(datastore: Datastore, name: string): Promise<KnownFile | undefined> {
  return await new TrustStore(datastore).file(parseIpnsName(name).text)
}
