import { writeFile } from 'node:fs/promises'
import { messageOf } from '@waystone/kit/error-fields'
import { Command } from 'commander'
import { terminalJson } from '@waystone/kit/terminal-text'
import { printJson, printLines } from '../admin/output.ts'
import { OutputFileError } from '../fetch/new-file.ts'
import { addAskOptions, askTrust, examples } from './ask-trust.ts'
import { parts } from './parts.ts'
import { readInputFile } from './read-file.ts'
import type { trust } from '@waystone/wire/admin'
import type { AskOptions } from '../admin/ask-node.ts'

/** What a node takes, in bytes: 10,000 entries with all that they can hold stay far below. */
const MAX_IMPORT_BYTES = 64 * 2 ** 20
/** Whom a node trusts is nobody else's business. */
const PRIVATE = 0o600

interface ImportOptions extends AskOptions {
  replace?: boolean
}

/** `waystone trust export`. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('print all entries as JSON, or write them to a file')
    .argument('[file]', 'default: standard output')
  return addAskOptions(command).addHelpText('after', examples('export trust.json')).action(exportAll)
}

/** `waystone trust import`. */
export function importCommand(): Command {
  const command = new Command('import')
    .description('take the entries of an export; all of them, or none if one is not valid')
    .argument('<file>', 'what waystone trust export has written')
    .option('--replace', 'entries of the same key become those of the file; default: they stay as they are')
  return addAskOptions(command).addHelpText('after', examples('import trust.json --replace')).action(importAll)
}

async function exportAll(file: string | undefined, options: AskOptions): Promise<void> {
  await askTrust(options, async ({ trust: client, signal }) => {
    const chunks: Uint8Array[] = []
    for await (const { json } of client.export({}, { signal })) chunks.push(json)
    const text = Buffer.concat(chunks)
    if (file === undefined) return printText(text.toString())
    await writeFile(file, text, { mode: PRIVATE }).catch((cause: unknown) => {
      throw unwritable(file, cause)
    })
    if (options.json === true) printJson({ event: 'exported', file, bytes: text.length })
    else printLines([`written to ${file}`])
  })
}

function unwritable(file: string, cause: unknown): OutputFileError {
  return new OutputFileError(`cannot write ${file}: ${messageOf(cause)}`, {
    hint: 'name a file in a folder that is there and can be written',
    cause
  })
}

function printText(text: string): void {
  process.stdout.write(terminalJson(text))
}

async function importAll(file: string, { replace = false, ...options }: ImportOptions): Promise<void> {
  const bytes = await readInputFile(file, MAX_IMPORT_BYTES)
  await askTrust(options, async ({ trust: client, signal }) => {
    const messages = parts(bytes, { existing: replace ? 'replace' : 'skip' }, json => ({ json }))
    const { added, replaced, skipped } = await client.import(messages, { signal })
    if (options.json === true) printJson({ event: 'imported', added, replaced, skipped })
    else printLines([describe({ added, replaced, skipped })])
  })
}

type Counts = Pick<trust.ImportResponse, 'added' | 'replaced' | 'skipped'>

function describe({ added, replaced, skipped }: Counts): string {
  return `${added} ${added === 1 ? 'entry' : 'entries'} added, ${replaced} replaced, ${skipped} left as they are`
}
