import { Command } from 'commander'
import { printJson, printLines } from '../admin/output.ts'
import { readPeer } from '../edge/peer-argument.ts'
import { oneLine } from '../text-table.ts'
import { ClusterArgumentError } from './errors.ts'
import { addFolderOptions, clusterFiles, examples } from './options.ts'
import { addPublishOptions } from './publish-options.ts'
import { replaceFile } from './replace-file.ts'
import type { TrustFileNode } from '@waystone/trust-acl'
import type { ClusterFiles } from './options.ts'
import type { PublishOptions } from './publish-options.ts'
import type { NewMember } from './trust-file.ts'

interface ChangeOptions extends PublishOptions {
  label?: string
  publish?: boolean
}

/** What became of members, in the words of the output. */
type Changes = [what: 'added' | 'changed' | 'unchanged' | 'removed', nodes: readonly TrustFileNode[]][]

/** `waystone cluster add`. */
export function addCommand(): Command {
  const command = new Command('add')
    .description('make nodes members of the cluster')
    .argument('<peer...>', 'peer ids, or multiaddrs that end in one')
    .option('--label <label>', 'what you call it; default: seed-1 and so on')
  return withChangeOptions(command)
    .addHelpText(
      'after',
      examples(
        'cluster add 12D3KooW… --label north --folder garden',
        'cluster add /dns4/seed.example.org/tcp/4001/p2p/12D3KooW… --publish'
      )
    )
    .action(add)
}

/** `waystone cluster rm`. */
export function removeCommand(): Command {
  const command = new Command('rm')
    .description('take nodes out of the cluster')
    .argument('<member...>', 'peer ids or labels')
  return withChangeOptions(command).addHelpText('after', examples('cluster rm north --publish')).action(remove)
}

function withChangeOptions(command: Command): Command {
  return addPublishOptions(addFolderOptions(command.option('--publish', 'sign and publish the list at once')))
}

async function add(peers: string[], options: ChangeOptions): Promise<void> {
  const files = await clusterFiles(options)
  const members = newMembers(peers, options.label)
  const [{ addMembers, membersOf }, { readMembers }] = await Promise.all([
    import('./trust-file.ts'),
    import('./signed.ts')
  ])
  const before = await readMembers(files)
  requireFreeLabel(members, membersOf(before))
  const { text, added, changed, unchanged } = addMembers(before, members)
  const changes: Changes = [
    ['added', added],
    ['changed', changed],
    ['unchanged', unchanged]
  ]
  // a list in which nothing changes keeps its very bytes, and what was signed of it
  const isSame = added.length + changed.length === 0
  await finish(files, { text: isSame ? before : text, changes }, options)
}

async function remove(names: string[], options: ChangeOptions): Promise<void> {
  const files = await clusterFiles(options)
  const [{ removeMember }, { readMembers }] = await Promise.all([import('./trust-file.ts'), import('./signed.ts')])
  let text = await readMembers(files)
  const removed: TrustFileNode[] = []
  for (const name of names) {
    const result = removeMember(text, peerIdOr(name))
    text = result.text
    removed.push(result.removed)
  }
  await finish(files, { text, changes: [['removed', removed]] }, options)
}

/** Members by peer, with all the addresses that were given of each. @throws PeerArgumentError, ClusterArgumentError */
function newMembers(peers: readonly string[], label: string | undefined): NewMember[] {
  const members = new Map<string, NewMember>()
  for (const text of peers) {
    const { peer, addresses } = readPeer(text)
    const remotes = [...(members.get(peer.toString())?.remotes ?? []), ...addresses.map(String)]
    members.set(peer.toString(), { peer: peer.toString(), label, remotes })
  }
  if (label === undefined || members.size === 1) return [...members.values()]
  throw new ClusterArgumentError(`--label names one member, and these are ${members.size}`, {
    hint: 'add them one by one, or leave --label out'
  })
}

/** @throws ClusterArgumentError if another member is called so */
function requireFreeLabel(members: readonly NewMember[], known: readonly TrustFileNode[]): void {
  for (const { peer, label } of members) {
    const other = known.find(node => node.label === label && node.peer !== peer)
    if (other === undefined) continue
    throw new ClusterArgumentError(`another member is called ${JSON.stringify(label)}: ${other.peer}`, {
      hint: 'choose another label, or take that one out first with waystone cluster rm'
    })
  }
}

/** A peer id in its usual form, however it was written; anything else is a label. */
function peerIdOr(text: string): string {
  try {
    return readPeer(text).peer.toString()
  } catch {
    return text
  }
}

async function finish(
  files: ClusterFiles,
  { text, changes }: { text: string; changes: Changes },
  options: ChangeOptions
): Promise<void> {
  await replaceFile(files.members, text)
  for (const [what, nodes] of changes) tell(what, nodes, options)
  if (options.publish === true) {
    const { publishCluster } = await import('./publish.ts')
    await publishCluster(files, options)
  } else if (options.json !== true) printLines(['', await describeSigned(files, text)])
}

async function describeSigned(files: ClusterFiles, text: string): Promise<string> {
  const { isSigned, readSigned } = await import('./signed.ts')
  const signed = await readSigned(files)
  if (signed !== undefined && (await isSigned(signed, text)))
    return `Signed as it is, with sequence ${signed.sequence}.`
  return `Not signed yet: waystone cluster publish --folder ${files.folder}`
}

function tell(what: Changes[number][0], nodes: readonly TrustFileNode[], { json }: ChangeOptions): void {
  for (const { label, peer, remotes } of nodes) {
    if (json === true) printJson({ event: what, label, peer, remotes })
    else printLines([oneLine(`${what.padEnd(9)}  ${label}  ${peer}`)])
  }
}
