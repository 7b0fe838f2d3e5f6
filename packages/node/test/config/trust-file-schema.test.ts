import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTrustFile } from '@waystone/trust-acl'
import { trustFileJsonSchema } from '@waystone/trust-acl/trust-file-schema'
import { expect, test } from 'vitest'
import { presetFolder } from '../../src/config/presets.ts'

test('the JSON schema of trust files that is checked in is the one of the source (npm run gen)', async () => {
  const checkedIn: unknown = JSON.parse(await readFile(join(presetFolder, 'trust-file.schema.json'), 'utf8'))
  expect(checkedIn).toEqual(structuredClone(trustFileJsonSchema()))
})

test('the example of a trust file is one', async () => {
  const { entities } = parseTrustFile(await readFile(join(presetFolder, 'trust-file.example.json')))
  expect(entities.map(({ entity, nodes }) => [entity, nodes.map(node => node.remotesStrict)])).toEqual([
    ['example.org', [true, false]]
  ])
})
