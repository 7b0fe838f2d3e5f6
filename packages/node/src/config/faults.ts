import { z } from 'zod'
import { findNearest } from './nearest.ts'
import { unwrap } from './tree.ts'

const KINDS: Partial<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'keys with values',
  record: 'keys with values',
  string: 'a text'
}

/** What is wrong inside one value. */
export interface Fault {
  /** Keys and indexes from the value to what is wrong. */
  path: readonly PropertyKey[]
  value: unknown
  message: string
  /** The key beside an unknown one that comes closest. */
  nearest?: string
}

/** Everything that is wrong with a value, found as it is asked for. */
export function* findFaults(schema: z.ZodType, value: unknown): Generator<Fault> {
  for (const issue of schema.safeParse(value).error?.issues ?? []) {
    const found = valueBelow(value, issue.path)
    if (issue.code === 'unrecognized_keys') yield* unknownKeys(issue, schema, found)
    else yield { path: issue.path, value: found, message: messageOf(issue, found) }
  }
}

function* unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, schema: z.ZodType, object: unknown): Generator<Fault> {
  const known = keysBelow(schema, issue.path)
  for (const key of issue.keys) {
    const path = [...issue.path, key]
    yield { path, value: valueBelow(object, [key]), message: 'unknown key', nearest: findNearest(key, known) }
  }
}

function keysBelow(schema: z.core.$ZodType, [step, ...rest]: readonly PropertyKey[]): string[] {
  const wanted = schema instanceof z.ZodType ? unwrap(schema) : schema
  if (wanted instanceof z.ZodArray && step !== undefined) return keysBelow(wanted.element, rest)
  if (!(wanted instanceof z.ZodObject)) return []
  const child = step === undefined ? undefined : wanted.shape[String(step)]
  return child === undefined ? Object.keys(wanted.shape) : keysBelow(child, rest)
}

function valueBelow(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (below, key) =>
      typeof below === 'object' && below !== null && Object.hasOwn(below, key) ? Reflect.get(below, key) : undefined,
    value
  )
}

/** The schema's own messages as they are; those of the library in the words of a person. */
function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'too_small' && issue.origin === 'array') return 'must not be empty'
  if (issue.code === 'too_small')
    return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid')) return issue.message
  return value === undefined && issue.path.length > 0
    ? 'is missing'
    : `must be ${KINDS[issue.expected] ?? issue.expected}`
}
