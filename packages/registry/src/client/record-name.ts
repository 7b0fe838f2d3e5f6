import { checkKey } from '../record/check.ts'
import { peerText } from '../record/peer-text.ts'
import { RegistryLiedError } from './errors.ts'
import type { RecordName as WireName } from '@waystone/wire/registry'
import type { RecordName } from '../contract.ts'

/** A name as a registry gives it. @throws RegistryLiedError - no record has such a name */
export function namedRecord({ kind, peer, key }: WireName): RecordName {
  try {
    checkKey(key)
    return { kind, peer: peerText(peer), key }
  } catch (cause) {
    throw new RegistryLiedError('it says that something is gone whose name no record has', { cause })
  }
}
