import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { systemRandom } from '@waystone/kit'
import { codeOf } from '@waystone/kit/error-fields'
import { createIdentity, inspectKeyFile, readPassphrase, saveIdentity } from '@waystone/node/identity'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions, findNodeApi } from '../api/index.ts'
import { dataFoldersFor } from '../api/data-folders.ts'
import { describePhrase } from '../identity/phrase-text.ts'
import { fittedTable, widthOf } from './fitted-table.ts'
import { examples } from './ask-trust.ts'
import { parseKeyName } from './key-name.ts'
import type { AskOptions } from '../admin/ask-node.ts'

/** In the data folder of a node. */
const KEYS_FOLDER = 'keys'
const SUFFIX = '.key'

interface KeyOptions extends AskOptions {
  passphraseFile?: string
}

interface NamedKey {
  name: string
  /** The IPNS name. */
  ipnsName: string
  keyFile: string
  encrypted: boolean
}

/** `waystone trust key new|ls`. */
export function keyCommand(): Command {
  return new Command('key')
    .description('make and list the keys under which a node publishes trust files')
    .addCommand(newCommand())
    .addCommand(listCommand())
    .addHelpText('after', examples('key new cluster', 'key ls'))
}

function newCommand(): Command {
  const command = new Command('new')
    .description('make a key in the data folder and print its IPNS name and, once, its recovery phrase')
    .argument('<name>', 'what you call it', parseKeyName)
    .option('--passphrase-file <file>', 'that of the node, if it has one; or WAYSTONE_IDENTITY_PASSPHRASE')
    .option('--json', 'as JSON')
  return addNodeOptions(command).action(createKey)
}

function listCommand(): Command {
  const command = new Command('ls').description('list the keys in the data folder').option('--json', 'as JSON')
  return addNodeOptions(command).action(listKeys)
}

async function createKey(name: string, options: KeyOptions): Promise<void> {
  const keyFile = join(await keysFolder(options), `${name}${SUFFIX}`)
  const { phrase, ...identity } = await createIdentity({ random: systemRandom })
  // first on disk, then shown: a phrase that was written down has a key
  const passphrase = await readPassphrase({ file: options.passphraseFile, env: process.env })
  await saveIdentity(identity, { keyFile, passphrase, random: systemRandom })
  const ipnsName = await ipnsNameOf(identity.peerId.toString())
  if (options.json === true) return printJson({ name, ipnsName, keyFile, phrase })
  const protection = passphrase === undefined ? 'not encrypted' : 'encrypted with the passphrase'
  const head = [`name       ${name}`, `ipns name  ${ipnsName}`, `key file   ${keyFile} (mode 0600, ${protection})`]
  printLines([...head, '', describePhrase(phrase, { who: 'the publisher of this name', keyFile })])
}

async function listKeys(options: AskOptions): Promise<void> {
  const folder = await keysFolder(options)
  const keys = await Promise.all((await keyFilesIn(folder)).map(async file => await describeKey(folder, file)))
  if (options.json === true) return keys.forEach(printJson)
  if (keys.length === 0) return printLines([`no keys in ${folder}`])
  printLines(fittedTable(COLUMNS, keys, widthOf(process.stdout)))
}

const COLUMNS = [
  { heading: 'name', cell: ({ name }: NamedKey) => name },
  { heading: 'ipns name', cell: ({ ipnsName }: NamedKey) => ipnsName },
  { heading: 'encrypted', cell: ({ encrypted }: NamedKey) => (encrypted ? 'yes' : 'no'), spare: 1 },
  { heading: 'key file', cell: ({ keyFile }: NamedKey) => keyFile, spare: 0 }
]

async function describeKey(folder: string, file: string): Promise<NamedKey> {
  const keyFile = join(folder, file)
  const { peerId, encrypted } = await inspectKeyFile({ keyFile })
  return { name: file.slice(0, -SUFFIX.length), ipnsName: await ipnsNameOf(peerId), keyFile, encrypted }
}

async function keyFilesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(name => name.endsWith(SUFFIX)).toSorted()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Of the node that runs, or else of the first folder that the command line may mean. */
async function keysFolder(options: AskOptions): Promise<string> {
  const running = (await findNodeApi(options))?.dataDir
  const [folder = ''] = running === undefined ? await dataFoldersFor({ options, env: process.env }) : [running]
  return join(folder, KEYS_FOLDER)
}

async function ipnsNameOf(peerId: string): Promise<string> {
  const { parseIpnsName } = await import('@waystone/trust-acl/offline')
  return parseIpnsName(peerId).text
}
