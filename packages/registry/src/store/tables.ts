import { BY_PEER, columnOf, hasColumn, indexOf, tableOf, valuesTableOf } from '../filter/field-place.ts'
import { CACHE_KIB } from './constants.ts'
import type { FieldType, RegistryKind } from '../kinds/contract.ts'

/** Counted up when tables change: a file of another version is made anew, as records last an hour at most. */
const VERSION = 2

/**
 * What is killed loses nothing that was committed; after a power failure the file may be damaged and is made anew.
 * So nothing ever waits for the disk.
 */
export const SETTINGS = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -${CACHE_KIB};
  PRAGMA temp_store = MEMORY;
`

// `ended` remembers sequences of records that expired before older ones of their name do: those must not come back.
// `gone` tells watchers; its numbers and those of changes are of one count.
const COMMON = `
  CREATE TABLE meta (kinds TEXT NOT NULL) STRICT;
  CREATE TABLE records (
    place INTEGER PRIMARY KEY, hash BLOB NOT NULL, sequence INTEGER NOT NULL, size INTEGER NOT NULL,
    expiry INTEGER NOT NULL, until INTEGER NOT NULL, change INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL, network TEXT,
    signed BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX records_by_hash ON records (hash, sequence, size, expiry);
  CREATE INDEX records_by_expiry ON records (expiry);
  CREATE INDEX records_by_change ON records (change);
  CREATE INDEX ${BY_PEER} ON records (id);
  CREATE INDEX records_by_network ON records (network) WHERE network IS NOT NULL;
  CREATE TABLE ended (
    hash BLOB PRIMARY KEY, sequence INTEGER NOT NULL, until INTEGER NOT NULL, id TEXT NOT NULL, network TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ended_by_until ON ended (until);
  CREATE INDEX ended_by_peer ON ended (id);
  CREATE INDEX ended_by_network ON ended (network) WHERE network IS NOT NULL;
  CREATE TABLE gone (
    number INTEGER PRIMARY KEY, place INTEGER NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, key TEXT NOT NULL
  ) STRICT;
`

/** All tables, for a file that is empty. */
export function tablesFor(kinds: Iterable<RegistryKind>): string {
  return COMMON + Array.from(kinds, kindTables).join('')
}

/** What a file was made for: another one is made anew. */
export function versionOf(kinds: Iterable<RegistryKind>): string {
  return JSON.stringify([
    VERSION,
    Array.from(kinds, ({ name, hasKeys, fields, groups }) => ({ name, hasKeys, fields, groups }))
  ])
}

const SQL_TYPES: Readonly<Record<FieldType, string>> = { text: 'TEXT', number: 'REAL', flag: 'INTEGER' }

function kindTables(kind: RegistryKind): string {
  const own = kind.fields.filter(hasColumn)
  const columns = own.map(({ name, type }) => `, ${columnOf(name)} ${SQL_TYPES[type]}`).join('')
  const indexed = own.filter(({ isIndexed }) => isIndexed)
  return [
    `CREATE TABLE ${tableOf(kind)} (place INTEGER PRIMARY KEY, key TEXT NOT NULL${columns}) STRICT;`,
    ...(kind.hasKeys ? [`CREATE INDEX ${indexOf(kind, 'key')} ON ${tableOf(kind)} (key);`] : []),
    ...indexed.map(({ name }) => `CREATE INDEX ${indexOf(kind, name)} ON ${tableOf(kind)} (${columnOf(name)});`),
    valuesTables(kind)
  ].join('\n')
}

function valuesTables(kind: RegistryKind): string {
  const table = valuesTableOf(kind)
  return `
    CREATE TABLE ${table} (
      field TEXT NOT NULL, value ANY NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (field, value, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX "values ${kind.name} by place" ON ${table} (place, field, value);
  `
}
