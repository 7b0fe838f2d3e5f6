import { RecordPayloadError } from '../record/errors.ts'
import type { RecordValues, Scalar } from '../contract.ts'

/** Values in one field: a filter looks at each. */
const MAX_LIST_VALUES = 32

/** Leaves out what a record does not have. @throws RecordPayloadError */
export function compact(
  kind: string,
  entries: Iterable<readonly [string, Scalar | readonly Scalar[] | undefined]>
): RecordValues {
  const values: Record<string, Scalar | readonly Scalar[]> = {}
  for (const [name, value] of entries) {
    if (value === undefined) continue
    if (isList(value)) checkList(kind, name, value)
    else checkValue(kind, name, value)
    values[name] = value
  }
  return values
}

export function isList(value: Scalar | readonly Scalar[]): value is readonly Scalar[] {
  return Array.isArray(value)
}

function checkList(kind: string, name: string, values: readonly Scalar[]): void {
  if (values.length > MAX_LIST_VALUES) {
    throw new RecordPayloadError(`the payload of kind ${kind} has more than ${MAX_LIST_VALUES} values for ${name}`)
  }
  for (const value of values) checkValue(kind, name, value)
}

function checkValue(kind: string, name: string, value: Scalar): void {
  if (typeof value !== 'number' || Number.isFinite(value)) return
  throw new RecordPayloadError(`the payload of kind ${kind} has no finite number for ${name}`)
}
