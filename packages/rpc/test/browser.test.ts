import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const IMPORT = /^(?:import|export) (?!type)(?:(?:\w+|\*|\* as \w+|\{[^}]*\}) from )?'(.+)'$/gm

/** Every specifier that a file of the project and the files that it leads to import when they run. */
function importsOf(file: string, seen = new Map<string, string[]>()): string[] {
  if (seen.has(file)) return []
  const specifiers = [...readFileSync(fileURLToPath(file), 'utf8').matchAll(IMPORT)].map(([, name = '']) => name)
  seen.set(file, specifiers)
  for (const name of specifiers) {
    if (name.startsWith('.')) importsOf(new URL(name, file).href, seen)
    else if (name.startsWith('@waystone/')) importsOf(import.meta.resolve(name), seen)
  }
  return [...seen.values()].flat()
}

// with the bundle and a real browser: e2e/test/rpc-browser.test.ts
it('browsers can load it: neither it nor a room below it imports anything of Node', () => {
  const imports = importsOf(import.meta.resolve('../src/index.ts'))
  expect(imports).toContain('./frame-length.ts')
  expect(imports.filter(specifier => specifier.startsWith('node:'))).toEqual([])
})

it('the test sees an import of Node in another room', () => {
  expect(importsOf(import.meta.resolve('@waystone/kit/sqlite-datastore'))).toContain('node:sqlite')
})
