import { RecordOfOtherFileError } from './errors.ts'
import { requireRawCid } from './raw-block.ts'
import { parseIpnsValue } from './value.ts'
import type { CID } from 'multiformats/cid'
import type { SignedIpnsRecord } from './record.ts'

/**
 * Whether a record is of the very file that was shipped with it.
 *
 * @returns the CID of the file
 * @throws RecordOfOtherFileError, IpnsFileMismatchError
 */
export async function checkShipped({ value }: SignedIpnsRecord, file: Uint8Array): Promise<CID> {
  const target = parseIpnsValue(value)
  if (target.kind === 'ipns' || target.path !== '') {
    throw new RecordOfOtherFileError(`the record of a shipped copy points to ${value}`, {
      hint: 'ship a record that points to the very file beside it, by its raw CID'
    })
  }
  await requireRawCid(target.cid, file)
  return target.cid
}
