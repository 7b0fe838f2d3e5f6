import { closest } from 'fastest-levenshtein'
import type { z } from 'zod'
import { TrustFileFieldError, TrustFileTooLargeError, TrustFileUnknownKeyError } from './errors.ts'
import { locate } from './locate.ts'
import { knownKeys, trustFileSchema } from './schema.ts'
import type { RawTrustFile } from './schema.ts'

/** Of a stranger's key, so much is compared: the search takes the square of it. */
const MAX_COMPARED_LENGTH = 64
const HINT = 'see configs/trust-file.schema.json for the fields of a trust file'
const KINDS: Partial<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  object: 'an object',
  boolean: 'true or false'
}

/**
 * The fields of a parsed file, with what may be left out filled in.
 *
 * @param text - what `value` was parsed from, for the place of an error
 * @throws TrustFileUnknownKeyError, TrustFileFieldError, TrustFileTooLargeError
 */
export function checkFields(value: unknown, text: string): RawTrustFile {
  const result = trustFileSchema.safeParse(value)
  if (result.success) return result.data
  const { issues } = result.error
  // a misspelt key also makes the right one missing: the first is what helps
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (issue?.code === 'unrecognized_keys') throw unknownKey(issue, text)
  throw issue === undefined ? new TrustFileFieldError('is wrong', { hint: HINT }) : wrongField(issue, text)
}

function unknownKey({ path, keys }: z.core.$ZodIssueUnrecognizedKeys, text: string): TrustFileUnknownKeyError {
  const [key = ''] = keys
  const known = knownKeys.get(path.length) ?? []
  const nearest = closest(key.slice(0, MAX_COMPARED_LENGTH), known)
  const hint = `did you mean ${nearest}? What may stand here: ${known.join(', ')}`
  return new TrustFileUnknownKeyError('is no key of a trust file', { hint, place: locate(text, [...path, key]) })
}

function wrongField(issue: z.core.$ZodIssue, text: string): TrustFileFieldError | TrustFileTooLargeError {
  const place = locate(text, issue.path)
  if (issue.code === 'too_big' && issue.origin === 'array') {
    return new TrustFileTooLargeError(`has more than ${issue.maximum} entries`, { hint: HINT, place })
  }
  return new TrustFileFieldError(messageOf(issue), { hint: HINT, place })
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_big') return `has more than ${issue.maximum} characters`
  if (issue.code === 'too_small') return 'must not be empty'
  if (issue.code !== 'invalid_type') return issue.message
  return issue.message.endsWith('undefined') ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`
}
