import { Command } from 'commander'
import { cluster as clusterApi, trust } from '@waystone/wire/admin'
import { systemClock } from '@waystone/kit'
import { EXIT_FAILED } from '@waystone/node/exit-codes'
import { printJson, printLines } from '../admin/output.ts'
import { findNodeApi } from '../api/index.ts'
import { oneLine } from '../text-table.ts'
import { parts } from '../trust/parts.ts'
import { formatDistance, formatTime } from '../trust/times.ts'
import { untilSignalled } from '../until-signalled.ts'
import { ClusterArgumentError } from './errors.ts'
import { addFolderOptions, clusterFiles, examples } from './options.ts'
import { addPublishOptions } from './publish-options.ts'
import type { SignedIpnsRecord } from '@waystone/trust-acl/offline'
import type { NodeApi } from '../api/index.ts'
import type { ClusterFiles } from './options.ts'
import type { PublishOptions } from './publish-options.ts'

/** `waystone cluster publish`. */
export function publishCommand(): Command {
  const command = new Command('publish').description(
    'sign the list of members, and publish it through the running node if there is one'
  )
  return addPublishOptions(addFolderOptions(command))
    .addHelpText('after', examples('cluster publish --folder garden', 'cluster publish --offline --lifetime 365d'))
    .action(async (options: PublishOptions) => await publishCluster(await clusterFiles(options), options))
}

/** Signs what the folder says with the next sequence, and hands it to the running node. */
export async function publishCluster(files: ClusterFiles, options: PublishOptions): Promise<void> {
  using signalled = untilSignalled()
  const { signal } = signalled
  // before anything is signed: several nodes, or one that does not answer, are for the operator to decide
  const api = options.offline === true ? undefined : await findNodeApi(options)
  const { membersOf } = await import('./trust-file.ts')
  const { openKey, readMembers, readSigned, requireSameKey, signMembers } = await import('./signed.ts')
  const text = await readMembers(files)
  const members = membersOf(text)
  const before = await readSigned(files)
  const key = await openKey(files, options)
  requireSameKey(before, key)
  const sequence = await nextSequence({ before, api, signal, wanted: options.sequence })
  const signed = await signMembers(files, { key, text, sequence, lifetime: options.lifetime })
  tellSigned(signed, { members: members.length, files, json: options.json ?? false })
  if (api === undefined) return tellCopies(files, options)
  await handOver(api, { text, signed, signal, json: options.json ?? false })
}

interface NextSequence {
  before: SignedIpnsRecord | undefined
  api: NodeApi | undefined
  wanted: bigint | undefined
  signal: AbortSignal
}

/** Higher than that of the folder, and than that of the node: another machine may have published since. */
async function nextSequence({ before, api, wanted, signal }: NextSequence): Promise<bigint> {
  const ours = before === undefined ? -1n : before.sequence
  if (wanted !== undefined) {
    if (wanted > ours) return wanted
    throw new ClusterArgumentError(`the sequence ${ours} was signed already`, {
      hint: 'a sequence only ever rises: leave --sequence out, or give a higher one'
    })
  }
  const theirs = api === undefined || before === undefined ? -1n : await sequenceAt(api, before.name.text, signal)
  return (theirs > ours ? theirs : ours) + 1n
}

/** What a node of this cluster has. */
async function sequenceAt(api: NodeApi, name: string, signal: AbortSignal): Promise<bigint> {
  try {
    const { key, fileSequence } = await api.client(clusterApi.ClusterService).getCluster({}, { signal })
    return key === name ? fileSequence : -1n
  } catch {
    signal.throwIfAborted()
    // publishing will say what is wrong with it
    return -1n
  }
}

interface Signed {
  members: number
  files: ClusterFiles
  json: boolean
}

function tellSigned({ name, sequence, validUntil }: SignedIpnsRecord, { members, files, json }: Signed): void {
  const { record } = files
  if (json)
    return printJson({ event: 'signed', name: name.text, sequence: Number(sequence), validUntil, members, record })
  printLines([
    `ipns name    ${name.text}`,
    `sequence     ${sequence}`,
    `valid until  ${formatTime(validUntil)} (${formatDistance(validUntil, systemClock.now())})`,
    `members      ${members}`,
    `record       ${record}`
  ])
  if (members === 0) printLines(['', 'warning: nobody is a member: add nodes with waystone cluster add'])
}

function tellCopies({ members, record }: ClusterFiles, { offline, json }: PublishOptions): void {
  if (json === true) return
  printLines([
    '',
    offline === true ? 'Signed, and not published.' : 'Signed, and not published: no node runs here.',
    `Copy ${members} and ${record}`,
    'to the seeds: beside seed.yaml for their next start, or into a running network from any node with',
    '  waystone trust publish cluster.json --record cluster.record'
  ])
}

interface HandOver {
  text: string
  signed: SignedIpnsRecord
  signal: AbortSignal
  json: boolean
}

async function handOver(api: NodeApi, { text, signed, signal, json }: HandOver): Promise<void> {
  const bytes = new TextEncoder().encode(text)
  const messages = parts(bytes, { record: signed.record }, file => ({ file }))
  const { published, failures } = await api.client(trust.TrustService).publish(messages, { signal })
  // a lone node does what it can; one whose peers refuse goes on too, but whoever waits for it should know
  if (published.length === 0 && failures.length > 0) process.exitCode = EXIT_FAILED
  if (json) return printJson({ event: 'published', published, failures })
  const ways = published.length === 0 ? untaken(failures.length > 0) : published.join(', ')
  printLines([`published    ${ways}`, ...failures.map(failure => `failed       ${failure}`)].map(oneLine))
}

function untaken(isRefused: boolean): string {
  return isRefused
    ? 'nobody has taken it; the node keeps it and tries again. Or copy cluster.json and cluster.record to a seed'
    : 'warning: no peer is connected; the node keeps it and hands it over as soon as one is'
}
