import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const SOURCE = join(import.meta.dirname, '../src')

/** Every specifier that `file` and the files of this package that it leads to import when they run. */
async function importsOf(file: string, seen = new Set<string>()): Promise<Set<string>> {
  const source = await readFile(join(SOURCE, file), 'utf8')
  for (const [, specifier = ''] of source.matchAll(/^(?:import|export) (?!type).*from '(.+)'$/gm)) {
    if (seen.has(specifier)) continue
    seen.add(specifier)
    if (specifier.startsWith('./')) await importsOf(specifier, seen)
  }
  return seen
}

it.each(['index.ts', 'peer-addresses.ts'])('browsers can load %s: nothing of Node is imported', async file => {
  const imports = await importsOf(file)
  expect(imports).toContain('./error-fields.ts')
  expect([...imports].filter(specifier => specifier.startsWith('node:'))).toEqual([])
})

it('the test sees an import of Node', async () => {
  expect(await importsOf('sqlite-datastore.ts')).toContain('node:sqlite')
})
