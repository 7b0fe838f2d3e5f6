import { base58btc } from 'multiformats/bases/base58'
import type { RecordName as WireName } from '@waystone/wire/registry'
import type { RecordName } from '../contract.ts'

/** A name as it travels. */
export function namedRecord({ kind, peer, key }: WireName): RecordName {
  return { kind, peer: base58btc.baseEncode(peer), key }
}
