import { parseTrustFile } from '@waystone/trust-acl/offline'
import { MemberUnknownError } from './errors.ts'
import type { TrustFile, TrustFileNode } from '@waystone/trust-acl'

/** Who is to be a member. */
export interface NewMember {
  /** Peer id in base58. */
  peer: string
  /** What people call it; by default `seed-1` and so on. */
  label?: string | undefined
  /** Multiaddrs, with or without the peer id. */
  remotes?: readonly string[] | undefined
}

/** A trust file with more members than before, and what became of each who was to be added. */
export interface AddedMembers {
  text: string
  added: TrustFileNode[]
  /** Were members already, and have another label or more addresses now. */
  changed: TrustFileNode[]
  unchanged: TrustFileNode[]
}

/** The trust file of a cluster without members. */
export function emptyTrustFile(cluster: string): string {
  return print({ description: `The seeds of ${cluster}.`, contact: [], entities: [{ entity: cluster, nodes: [] }] })
}

/**
 * Adds nodes to a trust file, and addresses to those that are there. Whatever else is in the file stays as it is.
 * Added addresses are not strict: members may be at others too.
 *
 * @param text - of a trust file
 * @throws what `parseTrustFile` throws of the file as it is or as it would be
 */
export function addMembers(text: string, members: readonly NewMember[]): AddedMembers {
  let file = read(text)
  const result: Omit<AddedMembers, 'text'> = { added: [], changed: [], unchanged: [] }
  for (const member of members) {
    const known = nodesOf(file).find(({ peer }) => peer === member.peer)
    const node = known === undefined ? made(member, file) : merged(known, member)
    const isSame = known !== undefined && JSON.stringify(known) === JSON.stringify(node)
    result[known === undefined ? 'added' : isSame ? 'unchanged' : 'changed'].push(node)
    file = known === undefined ? appended(file, node) : replaced(file, node)
  }
  return { ...result, text: checked(print(file)) }
}

/**
 * Takes a node out of a trust file.
 *
 * @param who - its peer id in base58, or its label
 * @throws MemberUnknownError, and what `parseTrustFile` throws
 */
export function removeMember(text: string, who: string): { text: string; removed: TrustFileNode } {
  const file = read(text)
  const nodes = new Map(nodesOf(file).map(node => [node.peer, node]))
  const found = [...nodes.values()].filter(({ peer, label }) => peer === who || label === who)
  const [removed] = found
  if (removed === undefined) throw unknown(who)
  if (found.length > 1) throw ambiguous(who, found)
  const entities = file.entities.map(({ entity, nodes: held }) => ({
    entity,
    nodes: held.filter(({ peer }) => peer !== removed.peer)
  }))
  return { text: print({ ...file, entities }), removed }
}

/** Every node of a trust file, each once. @throws what `parseTrustFile` throws */
export function membersOf(text: string): TrustFileNode[] {
  return [...new Map(nodesOf(read(text)).map(node => [node.peer, node])).values()]
}

function read(text: string): TrustFile {
  return parseTrustFile(new TextEncoder().encode(text))
}

function checked(text: string): string {
  read(text)
  return text
}

function nodesOf({ entities }: TrustFile): TrustFileNode[] {
  return entities.flatMap(({ nodes }) => nodes)
}

function made(member: NewMember, file: TrustFile): TrustFileNode {
  const { peer, label = freeLabel(file) } = member
  const remotes = bareRemotes(member)
  return { label, peer, contact: [], remotes: [...new Set(remotes)], remotesStrict: remotes.length === 0 }
}

function merged(known: TrustFileNode, member: NewMember): TrustFileNode {
  const { label = known.label } = member
  return { ...known, label, remotes: [...new Set([...known.remotes, ...bareRemotes(member)])] }
}

function bareRemotes({ peer, remotes = [] }: NewMember): string[] {
  const end = `/p2p/${peer}`
  return remotes.map(remote => (remote.endsWith(end) ? remote.slice(0, -end.length) : remote))
}

function freeLabel(file: TrustFile): string {
  const taken = new Set(nodesOf(file).map(({ label }) => label))
  let number = 1
  while (taken.has(`seed-${number}`)) number++
  return `seed-${number}`
}

function appended(
  { entities: [first = { entity: 'default', nodes: [] }, ...rest], ...file }: TrustFile,
  node: TrustFileNode
): TrustFile {
  return { ...file, entities: [{ ...first, nodes: [...first.nodes, node] }, ...rest] }
}

function replaced(file: TrustFile, node: TrustFileNode): TrustFile {
  const entities = file.entities.map(({ entity, nodes }) => ({
    entity,
    nodes: nodes.map(held => (held.peer === node.peer ? node : held))
  }))
  return { ...file, entities }
}

function print({ description, contact, entities }: TrustFile): string {
  const shown = entities.map(({ entity, nodes }) => ({ entity, nodes: nodes.map(printed) }))
  return `${JSON.stringify({ description, contact, entities: shown }, undefined, 2)}\n`
}

/** Without what a reader takes for granted. */
function printed({ label, peer, contact, remotes, remotesStrict }: TrustFileNode): object {
  return {
    node: label,
    pubkey: peer,
    ...(contact.length > 0 && { contact }),
    ...(remotes.length > 0 && { remotes }),
    ...(!remotesStrict && { 'remotes-strict': false })
  }
}

function unknown(who: string): MemberUnknownError {
  return new MemberUnknownError(`${JSON.stringify(who.slice(0, 128))} is no member`, {
    hint: 'give a peer id or a label as waystone cluster show lists them'
  })
}

function ambiguous(who: string, found: readonly TrustFileNode[]): MemberUnknownError {
  return new MemberUnknownError(`${found.length} members are called ${JSON.stringify(who)}`, {
    hint: `give the peer id: ${found
      .slice(0, 3)
      .map(({ peer }) => peer)
      .join(', ')}`
  })
}
