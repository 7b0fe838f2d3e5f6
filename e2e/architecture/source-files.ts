import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** A source file and what it imports. */
export interface SourceFile {
  /** Path from the repository root. */
  path: string
  /** The room, which is the folder below `packages`. */
  room: string
  /** Import specifiers, static and dynamic, types included. */
  imports: string[]
}

const root = resolve(import.meta.dirname, '../..')
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g

/** Every shipped source file of every package. */
export function readSourceFiles(): SourceFile[] {
  return globSync('packages/*/src/**/*.ts', { cwd: root }).map(path => ({
    path,
    room: path.split('/')[1] ?? '',
    imports: [...stripComments(readFileSync(join(root, path), 'utf8')).matchAll(IMPORT)].map(match => match[2] ?? '')
  }))
}

/** The relative imports of a file, as paths from the repository root. */
export function localImports({ path, imports }: SourceFile): string[] {
  return imports.filter(name => name.startsWith('.')).map(name => relative(root, resolve(root, dirname(path), name)))
}

/** The rooms that a file imports by package name. */
export function importedRooms({ imports }: SourceFile): string[] {
  return imports.flatMap(name => /^@waystone\/([^/]+)/.exec(name)?.[1] ?? [])
}

// examples in doc comments import things that the file does not
function stripComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}
