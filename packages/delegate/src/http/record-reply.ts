import { unmarshalIPNSRecord } from 'ipns'
import { reply } from './replies.ts'
import type { HeldIpnsRecord } from '@waystone/interface'

export const RECORD_TYPE = 'application/vnd.ipfs.ipns-record'

const NS_PER_S = 1_000_000_000n
/** Seconds, if the record names none: what the IPNS specification suggests. */
const DEFAULT_TTL_S = 300n

/** A signed record; caches keep it as long as it says itself. */
export function recordReply(name: string, { record, sequence }: HeldIpnsRecord): Response {
  const { ttl } = unmarshalIPNSRecord(record)
  const age = ttl === undefined ? DEFAULT_TTL_S : ttl / NS_PER_S
  return reply(200, new Uint8Array(record), {
    'content-type': RECORD_TYPE,
    'content-length': String(record.length),
    'content-disposition': `attachment; filename="${name}.ipns-record"`,
    'cache-control': `public, max-age=${age}`,
    etag: `"${name}.${sequence}.${checksum(record)}"`,
    vary: 'Accept'
  })
}

/** Two records of one sequence differ when they were signed again. */
function checksum(bytes: Uint8Array): string {
  let sum = 0
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) >>> 0
  return sum.toString(36)
}
