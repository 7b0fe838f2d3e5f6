import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { systemRandom } from '@waystone/kit'
import { createIdentity, readPassphrase } from '@waystone/node/identity'
import { checkSize, findPool, makePool } from '@waystone/node/identity-pool'
import { printJson, printLines } from '../admin/output.ts'
import { clusterFiles, examples } from '../cluster/options.ts'
import { describePhrase } from './phrase-text.ts'
import { readPhrase } from './phrase-input.ts'
import { DEFAULT_POOL_FOLDER, poolPlace, requirePool } from './pool-lease.ts'
import { listedText, listInCluster } from './pool-members.ts'
import { showPool } from './show-pool.ts'
import type { MadePool } from '@waystone/node/identity-pool'
import type { ClusterFiles } from '../cluster/options.ts'
import type { ListedSlots } from './pool-members.ts'
import type { PoolPlaceOptions } from './pool-lease.ts'

interface PoolOptions extends PoolPlaceOptions {
  json?: boolean
  size?: number
  phraseFile?: string
  passphraseFile?: string
  cluster?: string
}

/** `waystone identity pool`: identities that several seeds share. */
export function poolCommand(): Command {
  return new Command('pool')
    .description('make identities that several seeds share, or show them: each seed takes a free one while it runs')
    .option('--size <number>', 'how many slots the pool is to have; a pool that is there grows', parseSize)
    .option(
      '--out <folder>',
      `folder of the pool; default: that of --config, or ${DEFAULT_POOL_FOLDER} in the current one`
    )
    .option('--phrase-file <file>', 'recovery phrase of the pool; a new pool without it gets a new one')
    .option(
      '--passphrase-file <file>',
      'file with the passphrase that seals the slots; or WAYSTONE_IDENTITY_PASSPHRASE'
    )
    .option('--cluster <folder>', 'folder of a cluster whose members the slots are to be')
    .addOption(forShowing('--list', 'show the slots, as without --size'))
    .addOption(forShowing('--lease-folder <folder>', 'folder of the leases, to show who holds the slots'))
    .addOption(
      forShowing('--postgres-file <file>', 'file with a PostgreSQL URL, for the same; or WAYSTONE_POOL_POSTGRES')
    )
    .addOption(forShowing('--config <file>', 'config of a seed, whose pool and leases to show'))
    .addOption(forShowing('--preset <name>', 'the same, of a preset'))
    .option('--json', 'print one JSON document')
    .allowExcessArguments(false)
    .exitOverride()
    .addHelpText(
      'after',
      examples(
        'identity pool --size 5 --out pool --passphrase-file secret --cluster garden',
        'identity pool --list --config seed.yaml',
        'identity pool --list --out pool --lease-folder /mnt/shared/leases'
      )
    )
    .action(pool)
}

function forShowing(flags: string, description: string): Option {
  return new Option(flags, description).conflicts('size')
}

function parseSize(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a whole number')
  return Number(text)
}

async function pool(options: PoolOptions): Promise<void> {
  const place = await poolPlace(options, process.env)
  const folder = resolve(place.folder)
  if (options.size === undefined) await requirePool(folder)
  // looked at before anything is written
  const files = options.cluster === undefined ? undefined : await clusterFiles({ folder: options.cluster })
  if (options.size !== undefined) return await makeAndTell(folder, { size: options.size, files }, options)
  const listed = files && (await listInCluster(files, folder))
  await showPool({ folder, lease: place.lease }, { json: options.json, listed })
}

/** A new phrase is shown whatever happens after its pool was made: it is kept nowhere. */
async function makeAndTell(
  folder: string,
  { size, files }: { size: number; files: ClusterFiles | undefined },
  options: PoolOptions
): Promise<void> {
  const made = await make(folder, size, options)
  let listed: ListedSlots | undefined
  try {
    listed = files && (await listInCluster(files, folder, made.kept))
  } finally {
    tell({ ...made, listed }, options)
  }
}

interface Made extends MadePool {
  encrypted: boolean
  /** Of a new pool only. */
  phrase?: string | undefined
}

async function make(folder: string, size: number, options: PoolOptions): Promise<Made> {
  checkSize(size)
  const passphrase = await readPassphrase({ file: options.passphraseFile, env: process.env })
  const { phrase, isNew } = await phraseFor(folder, options)
  const made = await makePool({ folder, size, phrase, passphrase, random: systemRandom })
  if (passphrase === undefined && made.kept < size) process.stderr.write(OPEN_SLOTS)
  return { ...made, encrypted: passphrase !== undefined, ...(isNew && { phrase }) }
}

const OPEN_SLOTS =
  'warning: without a passphrase whoever reads a slot can pretend to be that seed; see --passphrase-file\n'

async function phraseFor(
  folder: string,
  { phraseFile: file }: PoolOptions
): Promise<{ phrase: string; isNew: boolean }> {
  if (file === undefined && (await findPool(folder)) === undefined) {
    return { phrase: (await createIdentity({ random: systemRandom })).phrase, isNew: true }
  }
  return { phrase: await readPhrase({ file, input: process.stdin, output: process.stderr }), isNew: false }
}

function tell(
  { phrase, listed, kept, ...made }: Made & { listed: ListedSlots | undefined },
  options: PoolOptions
): void {
  const { folder, ids, encrypted } = made
  if (options.json === true) return printJson({ folder, size: ids.length, kept, encrypted, ids, phrase, ...listed })
  const protection = encrypted ? 'encrypted with the passphrase' : 'not encrypted'
  printLines([
    `pool    ${folder}`,
    `slots   ${ids.length}, ${ids.length - kept} of them new (mode 0600, ${protection})`,
    ...ids.map((id, slot) => `${String(slot).padStart(6)}  ${id}`),
    ...(listed === undefined ? [] : listedText(listed)),
    ...(phrase === undefined ? [] : ['', phraseText(phrase)])
  ])
}

function phraseText(phrase: string): string {
  return describePhrase(phrase, {
    who: 'every seed of this pool',
    recover: 'waystone identity pool --size N --phrase-file FILE'
  }).trimEnd()
}
