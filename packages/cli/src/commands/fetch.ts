import { once } from 'node:events'
import { Command } from 'commander'
import { content } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { printJson } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { assertFree, writeNewFile } from '../fetch/new-file.ts'
import type { AskOptions } from '../admin/ask-node.ts'

interface FetchOptions extends AskOptions {
  output?: string
  force?: boolean
}

/** `waystone fetch`: a file by its CID, through the running node. */
export function fetchCommand(): Command {
  const command = new Command('fetch')
    .argument('<cid>', 'of a raw block or a UnixFS file, at most 64 MiB')
    .option('-o, --output <file>', 'write it there; default: standard output')
    .option('--force', 'replace a file that is there')
    .option('--json', 'print what came as JSON; needs --output')
    .addHelpText('after', '\nExample:\n  $ waystone fetch bafkrei… --output notes.txt')
  return addNodeOptions(command).action(fetch)
}

async function fetch(cid: string, options: FetchOptions, command: Command): Promise<void> {
  const { output, force = false, json = false } = options
  if (json && output === undefined) command.error('error: --json needs --output', { exitCode: 2 })
  if (output !== undefined) await assertFree(output, force)
  await askNode(options, async ({ api, signal }) => {
    const answer = api.client(content.ContentService).fetchFile({ cid }, { signal })
    if (output === undefined) return await toStdout(answer, signal)
    const size = await writeNewFile(output, dataOf(answer), force)
    if (json) printJson({ event: 'fetched', cid, path: output, size })
  })
}

async function* dataOf(answer: AsyncIterable<content.FetchFileResponse>): AsyncGenerator<Uint8Array> {
  for await (const { data } of answer) yield data
}

// a reader that takes its time is waited for
async function toStdout(answer: AsyncIterable<content.FetchFileResponse>, signal: AbortSignal): Promise<void> {
  for await (const data of dataOf(answer)) {
    if (!process.stdout.write(data)) await once(process.stdout, 'drain', { signal })
  }
}
