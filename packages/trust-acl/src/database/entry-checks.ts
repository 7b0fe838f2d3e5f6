import { multiaddr } from '@multiformats/multiaddr'
import { isEntryLevel } from '../model/levels.ts'
import { readPublicKey } from '../model/names.ts'
import {
  MAX_ADDRESSES,
  MAX_CACHE_LIFETIME_MS,
  MAX_FUNCTION_LENGTH,
  MAX_LABEL_LENGTH,
  MAX_OVERRIDES
} from './constants.ts'
import {
  EntryAddressInvalidError,
  LabelInvalidError,
  LifetimeInvalidError,
  TrustFunctionInvalidError,
  TrustLevelUnknownError
} from './errors.ts'
import type { EntryLevel } from '../contract.ts'

const FUNCTION = /^[a-z][a-z0-9-]*(:[a-zA-Z0-9._/-]+)*$/

/** @throws LabelInvalidError */
export function checkLabel(label: string): string {
  const { length } = Array.from(label)
  if (length < 1 || length > MAX_LABEL_LENGTH) throw new LabelInvalidError(label, `it has ${length} characters`)
  if (label !== label.trim() || /[\p{C}"]/u.test(label))
    throw new LabelInvalidError(label, 'it cannot be printed as it is')
  // an entry is named by its label or its key
  if (isPublicKey(label)) throw new LabelInvalidError(label, 'it is a key')
  return label
}

function isPublicKey(text: string): boolean {
  try {
    return readPublicKey(text).toString() !== ''
  } catch {
    return false
  }
}

/** @throws TrustLevelUnknownError */
export function checkLevel(level: string): EntryLevel {
  if (!isEntryLevel(level)) throw new TrustLevelUnknownError(level)
  return level
}

/** @throws TrustFunctionInvalidError */
export function checkFunctions(functions: Readonly<Record<string, boolean>>): Readonly<Record<string, boolean>> {
  const names = Object.keys(functions)
  if (names.length > MAX_OVERRIDES) {
    throw new TrustFunctionInvalidError(`${names.length} functions are more than the ${MAX_OVERRIDES} of an entry`)
  }
  const wrong = names.find(name => name.length > MAX_FUNCTION_LENGTH || !FUNCTION.test(name))
  if (wrong !== undefined) throw new TrustFunctionInvalidError(`${JSON.stringify(wrong.slice(0, 64))} is no function`)
  return Object.freeze({ ...functions })
}

/** Milliseconds; nothing means for ever. @throws LifetimeInvalidError */
export function checkTrustLifetime(ms: number | 'infinity' | undefined): number | undefined {
  if (ms === undefined || ms === 'infinity') return undefined
  if (Number.isSafeInteger(ms) && ms >= 1) return ms
  throw new LifetimeInvalidError(`a trust-lifetime of ${ms} ms cannot be`, {
    hint: 'give a positive time, or infinity'
  })
}

/** Milliseconds, at most two years. @throws LifetimeInvalidError */
export function checkCacheLifetime(ms: number | undefined): number | undefined {
  if (ms === undefined || (Number.isSafeInteger(ms) && ms >= 1 && ms <= MAX_CACHE_LIFETIME_MS)) return ms
  throw new LifetimeInvalidError(`a cache-lifetime of ${ms} ms cannot be`, { hint: 'give a time of at most two years' })
}

/**
 * Multiaddrs without the peer id.
 *
 * @param peer - the peer id in base58; undefined if the entry is that of a trust file
 * @throws EntryAddressInvalidError
 */
export function checkAddresses(addresses: readonly string[], peer: string | undefined): readonly string[] {
  const [first] = addresses
  if (first === undefined) return []
  if (peer === undefined) throw new EntryAddressInvalidError(first, 'is for an entry of a single peer, not of a file')
  if (addresses.length > MAX_ADDRESSES)
    throw new EntryAddressInvalidError(first, `is one of more than ${MAX_ADDRESSES}`)
  return [...new Set(addresses.map(text => checkAddress(text, peer)))]
}

function checkAddress(text: string, peer: string): string {
  const address = parse(text)
  const last = address.getComponents().at(-1)
  if (last?.name !== 'p2p') return address.toString()
  if (readPublicKey(last.value ?? '').toString() !== peer)
    throw new EntryAddressInvalidError(text, 'leads to another peer')
  return address.decapsulateCode(last.code).toString()
}

function parse(text: string): ReturnType<typeof multiaddr> {
  try {
    if (!text.startsWith('/')) throw new RangeError('no slash')
    return multiaddr(text)
  } catch {
    throw new EntryAddressInvalidError(text, 'is no multiaddr')
  }
}
