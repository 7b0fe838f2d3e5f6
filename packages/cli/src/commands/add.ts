import { Command } from 'commander'
import { content } from '@waystone/wire/admin'
import { printJson, printLines } from '../admin/output.ts'
import { askNode } from '../admin/ask-node.ts'
import { addNodeOptions } from '../api/index.ts'
import { parts } from '../trust/parts.ts'
import { readInputFile } from '../trust/read-file.ts'
import type { AskOptions } from '../admin/ask-node.ts'

/** What goes into one block that every implementation takes, in bytes. */
const MAX_FILE_BYTES = 1024 * 1024

/** `waystone add`: a file into the content store of the running node. */
export function addCommand(): Command {
  const command = new Command('add')
    .argument('<file>', 'the file, at most 1 MiB')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  $ waystone fetch "$(waystone add notes.txt)" --output copy.txt')
  return addNodeOptions(command).action(add)
}

async function add(path: string, options: AskOptions): Promise<void> {
  const bytes = await readInputFile(path, MAX_FILE_BYTES)
  await askNode(options, async ({ api, signal }) => {
    const messages = parts(bytes, {}, data => ({ data }))
    const { cid, size } = await api.client(content.ContentService).addFile(messages, { signal })
    if (options.json === true) printJson({ event: 'added', cid, size: Number(size) })
    else printLines([cid])
  })
}
