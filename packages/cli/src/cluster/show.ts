import { Command } from 'commander'
import { systemClock } from '@waystone/kit'
import { inspectKeyFile } from '@waystone/node/identity'
import { printJson, printLines } from '../admin/output.ts'
import { fittedTable, widthOf } from '../trust/fitted-table.ts'
import { formatDistance, formatTime } from '../trust/times.ts'
import { addFolderOptions, clusterFiles, examples, isThere } from './options.ts'
import type { TrustFileNode } from '@waystone/trust-acl'
import type { SignedIpnsRecord } from '@waystone/trust-acl/offline'
import type { ClusterFiles, FolderOptions } from './options.ts'

/** Where the cluster's key is: nowhere near is the best place. */
type KeyState = 'offline' | 'encrypted' | 'open'

interface Shown {
  folder: string
  key: KeyState
  signed: SignedIpnsRecord | undefined
  /** Whether what was signed is what the file says now. */
  isCurrent: boolean
  members: TrustFileNode[]
}

/** Below this it is time to sign again, in milliseconds. */
const SOON_MS = 14 * 86_400_000

/** `waystone cluster show`. */
export function showCommand(): Command {
  return addFolderOptions(new Command('show').description('show the members, and what of it is signed'))
    .addHelpText('after', examples('cluster show --folder garden'))
    .action(show)
}

async function show(options: FolderOptions): Promise<void> {
  const files = await clusterFiles(options)
  const shown = await gather(files)
  if (options.json === true) printJson(objectOf(shown))
  else printLines(describe(shown, systemClock.now()))
}

async function gather(files: ClusterFiles): Promise<Shown> {
  const [{ membersOf }, { isSigned, readMembers, readSigned }] = await Promise.all([
    import('./trust-file.ts'),
    import('./signed.ts')
  ])
  const text = await readMembers(files)
  const signed = await readSigned(files)
  return {
    folder: files.folder,
    key: await keyState(files),
    signed,
    isCurrent: await isSigned(signed, text),
    members: membersOf(text)
  }
}

async function keyState({ key }: ClusterFiles): Promise<KeyState> {
  if (!(await isThere(key))) return 'offline'
  return (await inspectKeyFile({ keyFile: key })).encrypted ? 'encrypted' : 'open'
}

const KEY_TEXTS: Record<KeyState, string> = {
  offline: 'not here; needed only to publish',
  encrypted: 'cluster.key, encrypted',
  open: 'cluster.key, not encrypted: keep it where no seed is'
}

function describe({ folder, key, signed, isCurrent, members }: Shown, now: number): string[] {
  return [
    `folder       ${folder}`,
    `ipns name    ${signed?.name.text ?? 'unknown until it is signed'}`,
    `key          ${KEY_TEXTS[key]}`,
    `sequence     ${signed?.sequence ?? 'none'}`,
    `valid until  ${signed === undefined ? 'not signed' : validity(signed, now)}`,
    `list         ${isCurrent ? 'as it was signed' : 'changed since it was signed: waystone cluster publish'}`,
    `members      ${members.length}`,
    ...(members.length === 0 ? [] : ['', ...fittedTable(COLUMNS, members, widthOf(process.stdout))])
  ]
}

function validity({ validUntil }: SignedIpnsRecord, now: number): string {
  const text = `${formatTime(validUntil)} (${formatDistance(validUntil, now)})`
  if (validUntil <= now) return `${text}: expired, publish it again`
  return validUntil - now < SOON_MS ? `${text}: publish it again before` : text
}

const COLUMNS = [
  { heading: 'label', cell: ({ label }: TrustFileNode) => label },
  { heading: 'peer id', cell: ({ peer }: TrustFileNode) => peer },
  { heading: 'addresses', cell: ({ remotes }: TrustFileNode) => remotes.join(' '), spare: 0 }
]

function objectOf({ folder, key, signed, isCurrent, members }: Shown): Record<string, unknown> {
  return {
    folder,
    key,
    ...(signed !== undefined && {
      name: signed.name.text,
      sequence: Number(signed.sequence),
      validUntil: signed.validUntil
    }),
    isCurrent,
    members
  }
}
