import { z } from 'zod'
import { trustFileSchema } from './schema.ts'

/** JSON schema of a trust file, for editors and other programs; published as `configs/trust-file.schema.json`. */
export function trustFileJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(trustFileSchema, { io: 'input' })
  return { $schema, title: 'Waystone trust file', ...rest }
}
