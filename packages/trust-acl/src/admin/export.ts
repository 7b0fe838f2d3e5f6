import { writeOverrides } from './overrides.ts'
import type { TrustEntry } from '../contract.ts'

/** What an export begins with; another version is refused. */
export const EXPORT_VERSION = 1
/** Entries of a part: some hundred bytes each, and in the worst case less than a message may have. */
const ENTRIES_PER_PART = 16

/** An entry in an export. Times are absolute, so that nothing lives longer for having been exported. */
export interface ExportedEntry {
  label: string
  pubkey: string
  kind: 'file' | 'peer'
  trustlevel: string
  functions?: string[]
  /** Until when the level is valid; absent: for ever. */
  validUntil?: string
  cacheLifetimeMs?: number
  addresses?: string[]
}

/** All entries as JSON, in parts; without the seeds and relays that the config names, as it does so elsewhere for itself. */
export function* exportParts(entries: readonly TrustEntry[]): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  yield encoder.encode(`{\n  "waystoneTrust": ${EXPORT_VERSION},\n  "entries": [`)
  const sorted = entries.filter(entry => !isConfigPeer(entry)).toSorted((a, b) => (a.label < b.label ? -1 : 1))
  for (let start = 0; start < sorted.length; start += ENTRIES_PER_PART) {
    const lines = sorted.slice(start, start + ENTRIES_PER_PART).map(entry => `    ${JSON.stringify(exported(entry))}`)
    yield encoder.encode(`${start === 0 ? '\n' : ',\n'}${lines.join(',\n')}`)
  }
  yield encoder.encode('\n  ]\n}\n')
}

// once the operator has changed one of them, it is the operator's
function isConfigPeer({ source, label, pubkey }: TrustEntry): boolean {
  return source === 'config' && (label === `seed:${pubkey}` || label === `relay:${pubkey}`)
}

function exported(entry: TrustEntry): ExportedEntry {
  const { label, pubkey, kind, trustlevel, trustLifetime, validatedAt, cacheLifetime, addresses } = entry
  const functions = writeOverrides(entry.trustedFunctions)
  return {
    label,
    pubkey,
    kind,
    trustlevel,
    ...(functions.length > 0 && { functions }),
    ...(trustLifetime !== undefined && { validUntil: timeText(validatedAt + trustLifetime) }),
    ...(cacheLifetime !== undefined && { cacheLifetimeMs: cacheLifetime }),
    ...(addresses.length > 0 && { addresses: [...addresses] })
  }
}

/** The last time that a calendar has, for lifetimes that go beyond. */
const LAST_TIME_MS = 8_640_000_000_000_000

function timeText(ms: number): string {
  return new Date(Math.min(ms, LAST_TIME_MS)).toISOString()
}
