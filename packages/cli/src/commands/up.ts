import { Command } from 'commander'
import { assertSendable } from '../edge/file-argument.ts'
import { untilSignalled } from '../until-signalled.ts'
import { up } from '../up/up.ts'

interface UpOptions {
  once?: string
  dataDir: string
  json?: boolean
}

/** `waystone up`: a whole network on this machine. */
export function upCommand(): Command {
  return new Command('up')
    .option('--once <file>', 'send FILE from the first edge to the relay-only edge, check the receipt and exit')
    .option('--data-dir <folder>', 'folder for identities, configs, logs and received files', '.waystone/up')
    .option('--json', 'print events as JSON lines instead of the table')
    .action(runUp)
}

async function runUp({ once, dataDir, json = false }: UpOptions): Promise<void> {
  // before seven processes are started for it
  if (once !== undefined) await assertSendable(once)
  using signalled = untilSignalled()
  await up({ dataDir, json, signal: signalled.signal, ...(once !== undefined && { once }) })
}
