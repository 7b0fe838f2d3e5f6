import type { Command } from 'commander'
import type { ConfigOptions } from '../config-options.ts'

/** What {@link addApiOptions} adds, beside the options of a configuration that name the data folder. */
export interface ApiOptions extends ConfigOptions {
  api?: string
  tokenFile?: string
  caFile?: string
  dataDir?: string
}

/** Gives a command the flags that say which running node it talks to. Options of a configuration stand beside these. */
export function addApiOptions(command: Command): Command {
  return command
    .option('--api <url>', 'admin API of a running node: http://127.0.0.1:PORT, https://HOST:PORT or unix:/path')
    .option('--token-file <file>', 'file with the token of that API; default: admin.token in the data folder')
    .option('--ca-file <file>', 'PEM certificates to trust for https://, besides those of the system')
}

/** The flags for commands that only ask a running node and make no configuration of their own. */
export function addNodeOptions(command: Command): Command {
  command
    .option('--data-dir <folder>', 'data folder of the node; default: that of the one node that runs')
    .option('--config <file>', 'configuration of the node, which names its data folder')
    .option('--preset <name>', 'likewise, a preset')
  return addApiOptions(command)
}
