import { access } from 'node:fs/promises'
import { Command } from 'commander'
import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import { untilSignalled } from '../until-signalled.ts'
import { up } from '../up/up.ts'

interface UpOptions {
  once?: string
  dataDir: string
  json?: boolean
}

/** A file that is to be sent is not there. */
class FileNotFoundError extends WaystoneError {
  static override readonly name = 'FileNotFoundError'
  readonly exitCode = EXIT_BAD_CONFIG
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
  if (once !== undefined) await assertReadable(once)
  using signalled = untilSignalled()
  await up({ dataDir, json, signal: signalled.signal, ...(once !== undefined && { once }) })
}

// before seven processes are started for it
async function assertReadable(file: string): Promise<void> {
  try {
    await access(file)
  } catch (cause) {
    throw new FileNotFoundError(`cannot read ${file}`, { hint: 'check the path given to --once', cause })
  }
}
