/**
 * Writes `configs/schema.json`; run by `npm run gen`.
 *
 * @packageDocumentation
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { configJsonSchema } from './json-schema.ts'
import { presetFolder } from './presets.ts'

await writeFile(join(presetFolder, 'schema.json'), `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`)
