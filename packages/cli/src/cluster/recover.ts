import { Command } from 'commander'
import { systemRandom } from '@waystone/kit'
import { readPassphrase, recoverIdentity, saveIdentity } from '@waystone/node/identity'
import { printJson, printLines } from '../admin/output.ts'
import { readPhrase } from '../identity/phrase-input.ts'
import { addFolderOptions, addSealOption, clusterFiles, examples } from './options.ts'
import type { SealOptions } from './options.ts'

interface RecoverOptions extends SealOptions {
  phraseFile?: string
}

/** `waystone cluster recover`. */
export function recoverCommand(): Command {
  const command = new Command('recover')
    .description('make the key of the cluster again from its recovery phrase')
    .option('--phrase-file <file>', 'file with the phrase; else standard input, or asked for on a terminal')
  return addSealOption(addFolderOptions(command))
    .addHelpText('after', examples('cluster recover --folder garden --phrase-file /media/stick/garden.txt'))
    .action(recover)
}

async function recover(options: RecoverOptions): Promise<void> {
  const files = await clusterFiles(options)
  const { readSigned, requireSameKey } = await import('./signed.ts')
  const before = await readSigned(files)
  const phrase = await readPhrase({ file: options.phraseFile, input: process.stdin, output: process.stderr })
  const { privateKey, peerId } = await recoverIdentity(phrase)
  requireSameKey(before, privateKey)
  const passphrase = await readPassphrase({ file: options.passphraseFile, env: process.env })
  await saveIdentity({ privateKey }, { keyFile: files.key, passphrase, random: systemRandom })
  const { ipnsNameOf } = await import('@waystone/trust-acl/offline')
  const name = ipnsNameOf(privateKey.publicKey).text
  const encrypted = passphrase !== undefined
  if (options.json === true) return printJson({ name, peerId: peerId.toString(), keyFile: files.key, encrypted })
  printLines([`ipns name  ${name}`, `key file   ${files.key} (mode 0600, ${encrypted ? '' : 'not '}encrypted)`])
}
