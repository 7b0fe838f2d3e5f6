import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { VERSION } from '@waystone/node/version'

/** The files of a new package, by their path in it. */
const FILES: Readonly<Record<string, string>> = {
  'package.json': 'package.json.tmpl',
  'README.md': 'README.md.tmpl',
  '.gitignore': 'gitignore.tmpl',
  '.npmrc': 'npmrc.tmpl',
  'buf.yaml': 'buf.yaml.tmpl',
  'buf.gen.yaml': 'buf.gen.yaml.tmpl',
  'tsconfig.json': 'tsconfig.json.tmpl',
  'tsconfig.build.json': 'tsconfig.build.json.tmpl',
  'proto/{{proto}}/v1/{{proto}}.proto': 'service.proto.tmpl',
  'src/index.ts': 'index.ts.tmpl',
  'src/echo.ts': 'echo.ts.tmpl',
  'test/plugin.test.ts': 'plugin.test.ts.tmpl'
}

// beside src and dist, as deep from the one as from the other
const FOLDER = join(import.meta.dirname, '../../templates/plugin')

/** Text by path, for a plugin of this name. */
export async function renderTemplate(name: string): Promise<Map<string, string>> {
  const fill = filler(name)
  const rendered = new Map<string, string>()
  for (const [path, file] of Object.entries(FILES)) {
    rendered.set(fill(path), fill(await readFile(join(FOLDER, file), 'utf8')))
  }
  return rendered
}

/** `my-plugin` is `my_plugin` in protobuf and `MyPlugin` in TypeScript. */
function filler(name: string): (text: string) => string {
  const words = name.split('-')
  const values: Record<string, string> = {
    name,
    Name: words.map(word => word.slice(0, 1).toUpperCase() + word.slice(1)).join(''),
    proto: words.join('_'),
    version: VERSION
  }
  return text => text.replaceAll(/\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole)
}
