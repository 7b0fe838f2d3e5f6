import { isReflectMessage, reflect } from '@bufbuild/protobuf/reflect'
import type { DescEnum, DescField, DescMessage, MessageShape } from '@bufbuild/protobuf'
import type { ReflectMessage } from '@bufbuild/protobuf/reflect'

/**
 * A message as programs that read JSON like it: numbers as numbers, bytes in
 * hex, enums by their short names (`reachable`), and fields without presence always there.
 */
export function plainMessage<S extends DescMessage>(schema: S, message: MessageShape<S>): Record<string, unknown> {
  return plainReflected(reflect(schema, message))
}

function plainReflected(message: ReflectMessage): Record<string, unknown> {
  const shown = message.fields.filter(field => message.isSet(field) || !hasPresence(field))
  return Object.fromEntries(shown.map(field => [field.localName, plainField(field, message)]))
}

function hasPresence(field: DescField): boolean {
  return field.fieldKind === 'message' || field.oneof !== undefined || field.proto.proto3Optional
}

function plainField(field: DescField, message: ReflectMessage): unknown {
  if (field.fieldKind === 'list') return [...message.get(field)].map(item => plainValue(field, item))
  if (field.fieldKind === 'map') {
    return Object.fromEntries([...message.get(field)].map(([key, value]) => [key, plainValue(field, value)]))
  }
  return plainValue(field, message.get(field))
}

function plainValue(field: DescField, value: unknown): unknown {
  if (isReflectMessage(value)) return plainReflected(value)
  if (field.enum !== undefined) return enumName(field.enum, Number(value))
  // counts and times; 2^53 bytes or milliseconds are further than anybody gets
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}

/** The short name of an enum's value, such as `relayed` for `PATH_RELAYED`; empty when it is unspecified. */
export function enumName(schema: DescEnum, number: number): string {
  const name = schema.value[number]?.localName ?? ''
  return number === 0 ? '' : name.toLowerCase().replaceAll('_', '-')
}
