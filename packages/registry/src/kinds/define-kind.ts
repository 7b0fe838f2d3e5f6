import { fromBinary } from '@bufbuild/protobuf'
import { RecordPayloadError } from '../record/errors.ts'
import { checkNames } from './check-names.ts'
import { compact } from './compact-values.ts'
import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import type { RecordValues, Scalar } from '../contract.ts'
import type { FieldType, KindField, RecordOwner, RegistryKind } from './contract.ts'

type Drawn = Scalar | readonly Scalar[] | undefined

/** The key of the record, by a name that says what it is. */
export interface KeyFieldDefinition {
  type: 'text'
  isKey: true
}

export interface FieldDefinition<M> {
  type: FieldType
  /** Default false. */
  isList?: boolean
  /** Costs some 50 bytes of disk a record, and a little of each write. Default false. */
  isIndexed?: boolean
  /** The value, or values; nothing if this record has none. */
  of: (message: M, owner: RecordOwner) => Drawn
}

/** Many fields of one type whose names come with the records: `numbers.gpu-memory`. Always indexed. */
export interface GroupDefinition<M> {
  type: FieldType
  of: (message: M) => Readonly<Record<string, Scalar>>
}

export interface KindDefinition<D extends DescMessage> {
  /** 1-32 of a-z, 0-9 and -, beginning with a letter. */
  name: string
  /** The schema of the payload. */
  message: D
  fields: Readonly<Record<string, FieldDefinition<MessageShape<D>> | KeyFieldDefinition>>
  groups?: Readonly<Record<string, GroupDefinition<MessageShape<D>>>>
  /** Whether a peer may have several records of this kind, told apart by keys. Default true. */
  hasKeys?: boolean
  /** Why such a payload is not taken, as the end of a sentence that begins with "the payload"; nothing if it is. */
  refuse?: (message: MessageShape<D>, owner: RecordOwner) => string | undefined
}

/**
 * Declares a kind of records.
 *
 * @throws KindInvalidError - names that filters could not ask for
 *
 * @example
 * const printer = defineKind({
 *   name: 'printer',
 *   message: PrinterSchema,
 *   fields: { colour: { type: 'flag', of: message => message.colour } }
 * })
 */
export function defineKind<D extends DescMessage>(definition: KindDefinition<D>): RegistryKind {
  checkNames(definition)
  const fields = Object.entries(definition.fields).map(([name, field]) => fieldOf(name, field))
  const groups = Object.entries(definition.groups ?? {}).map(([name, group]) =>
    fieldOf(name, { ...group, isIndexed: true })
  )
  const byName = new Map(fields.map(field => [field.name, field]))
  return {
    name: definition.name,
    hasKeys: definition.hasKeys ?? true,
    fields,
    groups,
    field: name => byName.get(name) ?? memberOf(groups, name),
    read: (payload, owner) => read(definition, payload, owner),
    describe: () => [...fields, ...groups.map(group => ({ ...group, name: `${group.name}.*` }))].map(described)
  }
}

interface FieldFlags {
  type: FieldType
  isList?: boolean
  isIndexed?: boolean
  isKey?: boolean
}

function fieldOf(name: string, { type, isList = false, isIndexed = false, isKey = false }: FieldFlags): KindField {
  return { name, type, isList, isIndexed, isKey }
}

function described({ name, type, isList }: KindField): Pick<KindField, 'name' | 'type' | 'isList'> {
  return { name, type, isList }
}

const MEMBER = /^([a-z][a-z0-9-]{0,31})\.[a-z][a-z0-9-]{0,31}$/

function memberOf(groups: readonly KindField[], name: string): KindField | undefined {
  const group = groups.find(each => each.name === MEMBER.exec(name)?.[1])
  return group === undefined ? undefined : { ...group, name }
}

function read<D extends DescMessage>(
  { name, message: schema, fields, groups = {}, hasKeys = true, refuse }: KindDefinition<D>,
  payload: Uint8Array,
  owner: RecordOwner
): RecordValues {
  const message = decoded(name, schema, payload)
  const why = hasKeys || owner.key === '' ? refuse?.(message, owner) : 'belongs to a record without a key'
  if (why !== undefined) throw new RecordPayloadError(`the payload of kind ${name} ${why}`)
  const drawn: [string, Drawn][] = []
  for (const [field, definition] of Object.entries(fields)) {
    drawn.push([field, 'of' in definition ? definition.of(message, owner) : owner.key])
  }
  for (const [group, { of }] of Object.entries(groups)) {
    for (const [member, value] of Object.entries(of(message))) drawn.push([`${group}.${member}`, value])
  }
  return compact(name, drawn)
}

function decoded<D extends DescMessage>(kind: string, schema: D, payload: Uint8Array): MessageShape<D> {
  try {
    return fromBinary(schema, payload)
  } catch (cause) {
    throw new RecordPayloadError(`the payload is no message of kind ${kind}`, { cause })
  }
}
