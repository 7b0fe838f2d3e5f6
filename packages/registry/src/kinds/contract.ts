import type { Field } from '@waystone/wire/registry'
import type { RecordValues } from '../contract.ts'

export type FieldType = 'text' | 'number' | 'flag'

/** A field that a filter can ask for. */
export interface KindField {
  readonly name: string
  readonly type: FieldType
  /** A record may have several values, of which one has to match. */
  readonly isList: boolean
  /** Whether it is found by an index. */
  readonly isIndexed: boolean
  /** Whether it is the key of the record by another name. */
  readonly isKey: boolean
}

/** What of a record's name a payload is judged with. */
export interface RecordOwner {
  readonly key: string
  /** Base58. */
  readonly peer: string
}

/** A kind of records, as `defineKind` makes it. */
export interface RegistryKind {
  readonly name: string
  /** Whether its records have keys, which are then indexed. */
  readonly hasKeys: boolean
  /** Fields of one name each. */
  readonly fields: readonly KindField[]
  /** Names of groups: each makes fields `GROUP.NAME` of whatever names records have. */
  readonly groups: readonly KindField[]
  /** The field of this name, also one of a group. */
  field(name: string): KindField | undefined
  /**
   * What filters can ask of a record with this payload.
   *
   * @throws RecordPayloadError
   */
  read(payload: Uint8Array, owner: RecordOwner): RecordValues
  /** For those who ask which kinds there are; a group is called `GROUP.*`. */
  describe(): Pick<Field, 'name' | 'type' | 'isList'>[]
}

/** Kinds by name. */
export type KindSet = ReadonlyMap<string, RegistryKind>
