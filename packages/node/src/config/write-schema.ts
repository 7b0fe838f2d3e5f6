/**
 * Writes `configs/schema.json` and `configs/trust-file.schema.json`; run by `npm run gen`.
 *
 * @packageDocumentation
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { trustFileJsonSchema } from '@waystone/trust-acl/trust-file-schema'
import { configJsonSchema } from './json-schema.ts'
import { presetFolder } from './presets.ts'

async function writeSchema(name: string, schema: Record<string, unknown>): Promise<void> {
  await writeFile(join(presetFolder, name), `${JSON.stringify(schema, undefined, 2)}\n`)
}

await writeSchema('schema.json', configJsonSchema())
await writeSchema('trust-file.schema.json', trustFileJsonSchema())
