import { homedir } from 'node:os'
import { join } from 'node:path'
import { KEY_FILE_NAME, readPassphrase } from '@waystone/node/identity'
import { Command, Option } from 'commander'

/** The options of every `waystone identity` command: which key, and how to open it. */
export interface KeyOptions {
  keyFile?: string
  dataDir?: string
  role: string
  passphraseFile?: string
  json?: boolean
}

/** A command that has the options of {@link KeyOptions}. */
export function keyCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(new Option('--key-file <file>', 'the key file').conflicts('dataDir'))
    .option('--data-dir <folder>', `the data folder that holds ${KEY_FILE_NAME}; default ~/.waystone/<role>`)
    .addOption(
      new Option('--role <role>', 'whose default data folder').choices(['seed', 'relay', 'edge']).default('edge')
    )
    .option('--passphrase-file <file>', 'file with the passphrase of the key; or WAYSTONE_IDENTITY_PASSPHRASE')
    .option('--json', 'print one JSON document')
    .allowExcessArguments(false)
    .exitOverride()
}

/** The path of the key file, as a node with the same flags would have it. */
export function keyFileOf({ keyFile, dataDir, role }: KeyOptions): string {
  return keyFile ?? join(dataDir ?? join(homedir(), '.waystone', role), KEY_FILE_NAME)
}

/** The passphrase by flag or environment, if there is one. */
export function passphraseOf({ passphraseFile }: KeyOptions): Promise<string | undefined> {
  return readPassphrase({ file: passphraseFile, env: process.env })
}
