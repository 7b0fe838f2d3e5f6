import { open } from 'node:fs/promises'
import { LineCounter, parseDocument } from 'yaml'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import type { Document } from 'yaml'
import {
  ConfigFileNotFoundError,
  ConfigFileTooLargeError,
  ConfigFileUnreadableError,
  ConfigSyntaxError
} from './errors.ts'

/**
 * 500 seeds fit; the YAML parser takes the square of the size for some
 * inputs (46 s for 1 MiB of short keys, 0.2 s for this).
 */
const MAX_FILE_BYTES = 64 * 1024
/** Far more repeats than a person writes, far fewer than a document needs to blow up. */
const MAX_ALIASES = 50

/** A parsed file that can still say where everything stands. */
export interface YamlDocument {
  /** As it was named; for messages. */
  name: string
  document: Document.Parsed
  lines: LineCounter
}

/**
 * Reads and parses one YAML file.
 *
 * @throws ConfigFileNotFoundError, ConfigFileUnreadableError, ConfigFileTooLargeError, ConfigSyntaxError
 */
export async function readYaml(path: string, name: string): Promise<YamlDocument> {
  return parseYaml(decode(await readCapped(path, name), name), name)
}

async function readCapped(path: string, name: string): Promise<Buffer> {
  const buffer = Buffer.alloc(MAX_FILE_BYTES + 1)
  let length = 0
  try {
    await using file = await open(path)
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length)
      length += bytesRead
      if (bytesRead === 0 || length === buffer.length) break
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new ConfigFileNotFoundError(name, { cause: error })
    throw new ConfigFileUnreadableError(name, error)
  }
  if (length > MAX_FILE_BYTES) throw new ConfigFileTooLargeError(name, MAX_FILE_BYTES)
  return buffer.subarray(0, length)
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new ConfigSyntaxError(name, 'is not UTF-8 text', { cause: error })
  }
}

/**
 * Reads a value that is written as YAML, as in a variable or a flag.
 *
 * @throws ConfigSyntaxError
 */
export function readYamlText(text: string, name: string): unknown {
  if (text.length > MAX_FILE_BYTES) throw new ConfigSyntaxError(name, `longer than ${MAX_FILE_BYTES / 1024} KiB`)
  return parseYaml(text, name).document.toJS({ maxAliasCount: MAX_ALIASES })
}

/** @throws ConfigSyntaxError with file, line and column */
function parseYaml(text: string, name: string): YamlDocument {
  const lines = new LineCounter()
  // pretty errors copy the line into the message: hostile lines are long
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0])
    throw new ConfigSyntaxError(`${name}:${line}:${col}`, reasonOf(problem.code, problem.message), { cause: problem })
  }
  refuseBadAliases(document, name)
  return { name, document, lines }
}

function reasonOf(code: string, message: string): string {
  if (code === 'RESOURCE_EXHAUSTION') return 'nested too deeply'
  if (code === 'DUPLICATE_KEY') return 'the same key twice'
  if (code === 'MULTIPLE_DOCS') return 'more than one document in the file'
  return message
}

function refuseBadAliases(document: Document.Parsed, name: string): void {
  try {
    // only as JSON does it show when something contains itself
    JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES }))
  } catch (error) {
    const reason = /circular/.test(messageOf(error)) ? 'contains itself' : messageOf(error)
    throw new ConfigSyntaxError(name, reason, { cause: error })
  }
}
