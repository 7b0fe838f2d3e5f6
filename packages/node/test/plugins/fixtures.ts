import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '@waystone/kit/testing/node'

const PLUGIN_API = pathToFileURL(join(import.meta.dirname, '../../../plugin/src/index.ts')).href
const ZOD = import.meta.resolve('zod')

/** The source of a plugin: the fields of its definition as text. `z` is zod. */
export function pluginSource(fields: Record<string, string>): string {
  const definition = { name: `'hello'`, config: 'z.object({})', create: '() => {}', ...fields }
  const text = Object.entries(definition).map(([key, value]) => `${key}: ${value}`)
  return [
    `import { definePlugin } from '${PLUGIN_API}'`,
    `import { z } from '${ZOD}'`,
    `export default definePlugin({ ${text.join(', ')} })`
  ].join('\n')
}

/** A new folder with these files in it, by path, until the test is over. */
export async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder.path, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }
  return folder.path
}

/** The files of an installed package. */
export function installed(
  name: string,
  source: string,
  manifest: Record<string, unknown> = {}
): Record<string, string> {
  const own = { name, version: '1.2.3', type: 'module', exports: './main.js', ...manifest }
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify(own),
    [`node_modules/${name}/main.js`]: source
  }
}
