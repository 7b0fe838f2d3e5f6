import { cluster as api } from '@waystone/wire/admin'
import { plainMessage } from '../api/plain-message.ts'
import { oneLine } from '../text-table.ts'
import { fittedTable } from '../trust/fitted-table.ts'
import { formatDistance, formatTime } from '../trust/times.ts'
import { memberColumns } from './member-columns.ts'
import { hasNotSaid, isFine, isUp, NOT_RUNNING } from './member-state.ts'
import type { Member } from './member-state.ts'

/** A cluster as one node sees it, each member as it answered when it was asked. */
export interface ClusterView {
  cluster: api.GetClusterResponse
  members: readonly Member[]
}

/** Whether somebody was reached, everybody who runs was, and nothing is wrong with any. */
export function isWell({ cluster, members }: ClusterView): boolean {
  return members.some(isUp) && members.every(isFine) && !['none', 'no-file', 'revoked'].includes(cluster.state)
}

/** Puts what members answered over what the node knew before it asked. */
export function clusterView(cluster: api.GetClusterResponse, answers: readonly Member[]): ClusterView {
  const byPeer = new Map([...cluster.members, ...answers].map(member => [member.peer, member]))
  const members = [...byPeer.values()].toSorted((a, b) => compare(a.label, b.label) || compare(a.peer, b.peer))
  return { cluster, members }
}

/** @param now - milliseconds since the Unix epoch */
export function renderCluster(view: ClusterView, now: number, width: number): string[] {
  const { cluster, members } = view
  const troubles = members.flatMap(troublesOf)
  return [
    `cluster    ${cluster.name}`,
    `ipns name  ${cluster.key}`,
    `state      ${STATES[cluster.state] ?? cluster.state}`,
    `list       ${describeFile(cluster, now)}`,
    `this node  ${cluster.self}${describeSlot(cluster)}`,
    '',
    ...(members.length === 0 ? ['no members are known'] : fittedTable(memberColumns(now), members, width)),
    '',
    ...troubles.map(oneLine),
    verdict(view)
  ].map(oneLine)
}

/** For programs. */
export function clusterObject(view: ClusterView): Record<string, unknown> {
  const known = plainMessage(api.GetClusterResponseSchema, view.cluster)
  return { ...known, isWell: isWell(view), members: view.members.map(memberObject) }
}

function memberObject(member: Member): Record<string, unknown> {
  return plainMessage(api.ClusterMemberSchema, member)
}

const STATES: Readonly<Record<string, string>> = {
  'no-file': 'no-file: the list of members is not here yet',
  'not-a-member': 'not-a-member: uses the cluster, and is no part of it',
  revoked: 'revoked: this node was a member, and is none any more',
  alone: 'alone: no other member is connected',
  partial: 'partial: some members that run are missing',
  joined: 'joined: connected to all members that it keeps'
}

function describeFile({ fileSequence, fileFetchedAt, fileValidUntil }: api.GetClusterResponse, now: number): string {
  if (fileValidUntil === 0n) return 'none'
  const end = Number(fileValidUntil)
  const how = fileFetchedAt === 0n ? 'as the config ships it' : `fetched ${formatDistance(Number(fileFetchedAt), now)}`
  return `sequence ${fileSequence}, ${how}, valid until ${formatTime(end)} (${formatDistance(end, now)})`
}

function describeSlot({ slot, fence }: api.GetClusterResponse): string {
  if (slot === undefined) return ''
  return `, slot ${slot} of the pool${fence === undefined ? '' : ` (fence ${fence})`}`
}

function troublesOf(member: Member): string[] {
  const name = member.label || member.peer
  const { isConnected, state, error, disagreements } = member
  const what = isConnected ? 'does not answer' : 'cannot be reached'
  const isDown = !isUp(member) && state !== NOT_RUNNING
  const down = isDown ? [`${name} ${what}${error === '' ? '' : `: ${error}`}`] : []
  return [...down, ...disagreements.map(text => `${name}: ${text}`)]
}

function verdict({ members }: ClusterView): string {
  const up = members.filter(isUp)
  const free = members.filter(({ state }) => state === NOT_RUNNING).length
  const wrong = up.filter(({ disagreements }) => disagreements.length > 0).length
  // members say to each other what they hold, and to nobody else
  const alike = members.every(hasNotSaid) ? 'say what they hold to members only' : 'they agree'
  const agree = wrong === 0 ? alike : `${wrong} of them ${wrong === 1 ? 'disagrees' : 'disagree'}`
  const rest = free === 0 ? '' : `; ${free} more ${free === 1 ? 'is' : 'are'} not running`
  return `${up.length} of ${members.length - free} members can be reached, and ${agree}${rest}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
