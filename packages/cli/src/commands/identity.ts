import { Command, Option } from 'commander'
import { exportKey } from '../identity/export-key.ts'
import { keyCommand } from '../identity/key-options.ts'
import { createKey, recoverKey } from '../identity/new-key.ts'
import { poolCommand } from '../identity/pool.ts'
import { showKey } from '../identity/show-key.ts'

/** `waystone identity new|show|recover|export|pool`: the key that makes a node who it is, or a pool of them. */
export function identityCommand(): Command {
  return new Command('identity')
    .addCommand(keyCommand('new', 'make a key and print its recovery phrase, once').action(createKey))
    .addCommand(keyCommand('show', 'show the peer id and what is known of the key file').action(showKey))
    .addCommand(recoverCommand())
    .addCommand(exportCommand())
    .addCommand(poolCommand())
}

function recoverCommand(): Command {
  return keyCommand('recover', 'make the key of a recovery phrase again: same phrase, same peer id')
    .option('--phrase-file <file>', 'file with the phrase; else standard input, or asked for on a terminal')
    .action(recoverKey)
}

function exportCommand(): Command {
  const formats = ['libp2p', 'pem', 'key-file']
  return keyCommand('export', 'print the private key, or write it to a file')
    .addOption(
      new Option(
        '--format <format>',
        "libp2p: base64 protobuf, Kubo's PrivKey; pem: PKCS#8; key-file: as Waystone keeps it"
      )
        .choices(formats)
        .default('libp2p')
    )
    .option('--out <file>', 'write to a new file with mode 0600')
    .option('--new-passphrase-file <file>', 'passphrase for the new key file, with --format key-file')
    .option('--yes', 'print the private key even on a terminal')
    .action(exportKey)
}
