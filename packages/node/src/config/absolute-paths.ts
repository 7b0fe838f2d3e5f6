import { join, resolve } from 'node:path'
import { z } from 'zod'
import { ENDPOINT_FORMAT, PACKAGE_FORMAT, PATH_FORMAT, UNIX_PREFIX } from './fields.ts'
import { unwrap } from './tree.ts'

/** What paths in a value start from. */
export interface PathStart {
  /** What relative paths start from. */
  folder: string
  /** What `~` stands for. */
  home: string
}

/** The value with every path that the schema knows in it made absolute. What does not fit the schema stays as it is. */
export function makeAbsolute(schema: z.core.$ZodType, value: unknown, start: PathStart): unknown {
  const wanted = schema instanceof z.ZodType ? unwrap(schema) : schema
  if (wanted instanceof z.ZodArray && Array.isArray(value))
    return value.map(item => makeAbsolute(wanted.element, item, start))
  if (wanted instanceof z.ZodObject && typeof value === 'object' && value !== null)
    return absoluteInside(wanted, value, start)
  if (typeof value !== 'string' || !(wanted instanceof z.ZodType)) return value
  return absoluteText(wanted.meta()?.['format'], value, start)
}

function absoluteInside({ shape }: z.ZodObject, value: object, start: PathStart): unknown {
  const entries = Object.entries(value).map(([key, item]: [string, unknown]) => {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined
    return [key, schema === undefined ? item : makeAbsolute(schema, item, start)]
  })
  return Object.fromEntries(entries)
}

function absoluteText(format: unknown, text: string, start: PathStart): string {
  if (format === PATH_FORMAT && text !== '') return absolute(text, start)
  if (format === PACKAGE_FORMAT && /^(~|\.{1,2})(\/|$)/.test(text)) return absolute(text, start)
  if (format === ENDPOINT_FORMAT && text.startsWith(UNIX_PREFIX) && text !== UNIX_PREFIX)
    return `${UNIX_PREFIX}${absolute(text.slice(UNIX_PREFIX.length), start)}`
  return text
}

function absolute(text: string, { folder, home }: PathStart): string {
  return text === '~' || text.startsWith('~/') ? join(home, text.slice(1)) : resolve(folder, text)
}
