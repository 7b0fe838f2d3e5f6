import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { checkEntry } from '@waystone/trust-acl/check-entry'
import { trustEntryOf } from '../trust/acl-config.ts'
import type { Found } from './impossible.ts'
import type { Config } from './schema.ts'

type Entry = Config['trust']['entries'][number]

/** The key of an entry that an error is about. */
const KEYS: Readonly<Record<string, keyof Entry>> = {
  LabelInvalidError: 'label',
  PubkeyInvalidError: 'pubkey',
  TrustFunctionInvalidError: 'functions',
  EntryAddressInvalidError: 'addresses'
}

/** What cannot hold together in whom the node is to trust. Pure. */
export function* findImpossibleTrust({ trust }: Config): Found {
  const first = new Map<string, number>()
  for (const [index, entry] of trust.entries.entries()) {
    yield* entryFaults(entry, { index, first })
    yield* halfCopy(entry, index)
  }
  yield* adminForStrangers(trust.matrix['admin'])
}

interface Place {
  index: number
  /** Where labels and keys stood first. */
  first: Map<string, number>
}

function* entryFaults(entry: Entry, { index, first }: Place): Found {
  const path = `trust.entries.${index}`
  try {
    const { pubkey } = checkEntry(trustEntryOf(entry))
    for (const [key, value] of [['label', entry.label] as const, ['pubkey', pubkey] as const]) {
      const other = first.get(`${key} ${value}`)
      if (other === undefined) first.set(`${key} ${value}`, index)
      else yield { path: `${path}.${key}`, message: `is also that of trust.entries.${other}` }
    }
  } catch (error) {
    const key = KEYS[nameOf(error)]
    yield { path: key === undefined ? path : `${path}.${key}`, message: messageOf(error) }
  }
}

/** A file without its signed record proves nothing, a record without its file says nothing. */
function* halfCopy({ file, record }: Entry, index: number): Found {
  const path = `trust.entries.${index}`
  if (file !== undefined && record === undefined) yield { path: `${path}.file`, message: 'needs a record too' }
  if (record !== undefined && file === undefined) yield { path: `${path}.record`, message: 'needs a file too' }
}

function* adminForStrangers(allowed: Config['trust']['matrix'][string] | undefined): Found {
  if (allowed === 'none' || (Array.isArray(allowed) && allowed.includes('none')))
    yield { path: 'trust.matrix.admin', message: 'would let everybody stop and change this node: give a higher level' }
}
