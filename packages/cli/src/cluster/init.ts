import { makeFolder } from '@waystone/kit/make-folder'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { systemRandom } from '@waystone/kit'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { createIdentity, readPassphrase, saveIdentity } from '@waystone/node/identity'
import { printJson, printLines } from '../admin/output.ts'
import { describePhrase } from '../identity/phrase-text.ts'
import { ClusterFolderError } from './errors.ts'
import { addSealOption, examples, filesIn, isThere } from './options.ts'
import { replaceFile } from './replace-file.ts'
import type { ClusterFiles, SealOptions } from './options.ts'

/** As the config has it: the label of an entry in the trust database. */
const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/

interface Made {
  name: string
  /** IPNS name. */
  key: string
  phrase: string
  encrypted: boolean
}

/** `waystone cluster init`. */
export function initCommand(): Command {
  const command = new Command('init')
    .description('make the key of a cluster, its empty list of members, and configs for its nodes')
    .argument('<name>', 'what you call it', parseName)
    .option('--folder <folder>', 'where; default: a new folder with its name')
    .option('--json', 'as JSON')
  return addSealOption(command)
    .addHelpText('after', examples('cluster init garden', 'cluster init garden --passphrase-file /run/secrets/garden'))
    .action(init)
}

async function init(name: string, options: SealOptions): Promise<void> {
  const files = filesIn(options.folder ?? name)
  await requireFree(files)
  const made = await makeCluster(name, files, options)
  if (options.json === true) return printJson({ event: 'created', folder: files.folder, ...made })
  printLines(describe(made, files))
}

async function makeCluster(name: string, files: ClusterFiles, options: SealOptions): Promise<Made> {
  const [{ ipnsNameOf }, { emptyTrustFile }, { signMembers }, { edgeConfig, seedConfig }] = await Promise.all([
    import('@waystone/trust-acl/offline'),
    import('./trust-file.ts'),
    import('./signed.ts'),
    import('./config-text.ts')
  ])
  const passphrase = await readPassphrase({ file: options.passphraseFile, env: process.env })
  const { phrase, privateKey } = await createIdentity({ random: systemRandom })
  await makeClusterFolder(files.folder)
  // first on disk, then shown: a phrase that was written down has a key
  await saveIdentity({ privateKey }, { keyFile: files.key, passphrase, random: systemRandom })
  const key = ipnsNameOf(privateKey.publicKey).text
  const text = emptyTrustFile(name)
  await replaceFile(files.members, text)
  await replaceFile(join(files.folder, 'seed.yaml'), seedConfig({ name, key }))
  await replaceFile(join(files.folder, 'edge.yaml'), edgeConfig({ name, key }))
  await signMembers(files, { key: privateKey, text, sequence: 0n })
  return { name, key, phrase, encrypted: passphrase !== undefined }
}

/** @throws ClusterFolderError - nothing of a cluster is ever overwritten */
async function requireFree({ folder, key, members, record }: ClusterFiles): Promise<void> {
  for (const path of [key, members, record, join(folder, 'seed.yaml'), join(folder, 'edge.yaml')]) {
    if (!(await isThere(path))) continue
    throw new ClusterFolderError(`${path} is there already`, {
      hint: 'name another folder with --folder; a cluster that is there is changed with waystone cluster add and rm'
    })
  }
}

async function makeClusterFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder)
  } catch (cause) {
    throw new ClusterFolderError(`cannot make ${folder}: ${codeOf(cause) ?? messageOf(cause)}`, {
      hint: 'name another folder with --folder',
      cause
    })
  }
}

function describe({ name, key, phrase, encrypted }: Made, files: ClusterFiles): string[] {
  const protection = encrypted ? 'encrypted with the passphrase' : 'not encrypted; see --passphrase-file'
  return [
    `cluster    ${name}`,
    `ipns name  ${key}`,
    `folder     ${files.folder}`,
    `key file   ${files.key} (mode 0600, ${protection})`,
    '',
    describePhrase(phrase, { who: 'the operator of this cluster', keyFile: files.key }),
    'Next:',
    ...nextSteps(files)
  ]
}

function nextSteps({ folder }: ClusterFiles): string[] {
  return [
    '  1. Say who is a member, in either way:',
    `       waystone cluster add PEER-ID… --folder ${folder}`,
    `       waystone identity pool --size 5 --out ${join(folder, 'pool')} --cluster ${folder}`,
    '     waystone identity new --role seed, and show, print the peer id of a machine.',
    `  2. Sign the list: waystone cluster publish --folder ${folder}`,
    '  3. In seed.yaml and edge.yaml say where seeds may be found. Copy seed.yaml, cluster.json and',
    '     cluster.record (and the pool) to every seed, edge.yaml and the same two to every edge, and run',
    '       waystone seed --config seed.yaml',
    '  4. Keep cluster.key where no seed is: it is needed only to publish.'
  ]
}

function parseName(text: string): string {
  if (NAME.test(text)) return text
  throw new InvalidArgumentError('must be 1 to 32 characters of a-z, 0-9 and -, the first of them no sign')
}
