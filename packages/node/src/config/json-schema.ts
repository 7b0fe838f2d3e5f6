import { z } from 'zod'
import { configSchema } from './schema.ts'

const title = 'Waystone configuration'
const extendsProperty = {
  type: 'string',
  minLength: 1,
  description: 'preset that this file builds on: a name, or the path of a file'
}

/** JSON schema of a configuration file, for editors: every key may be left out, none may be added. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, properties, ...rest } = z.toJSONSchema(configSchema, {
    io: 'input',
    // layers below a file give what it leaves out, but nothing completes the items of a list
    override: ({ jsonSchema, path }) => {
      if (!path.includes('items')) delete jsonSchema.required
    }
  })
  return { $schema, title, ...rest, properties: { extends: extendsProperty, ...properties } }
}
