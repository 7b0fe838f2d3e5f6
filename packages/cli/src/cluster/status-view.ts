import { cluster as api } from '@waystone/wire/admin'
import { plainMessage } from '../api/plain-message.ts'
import { oneLine } from '../text-table.ts'
import { fittedTable } from '../trust/fitted-table.ts'
import { formatDistance, formatSpan, formatTime } from '../trust/times.ts'
import type { FittedColumn } from '../trust/fitted-table.ts'

type Member = api.ClusterMember

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
    ...(members.length === 0 ? ['no members are known'] : fittedTable(columns(now), members, width)),
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

function columns(now: number): FittedColumn<Member>[] {
  return [
    { heading: 'label', cell: ({ label }) => label || '-' },
    { heading: 'peer id', cell: ({ peer }) => peer, spare: 1 },
    { heading: 'reachable', cell: reached },
    { heading: 'version', cell: ({ version }) => version || '-', spare: 0 },
    { heading: 'list', cell: said(({ fileSequence }) => String(fileSequence)), right: true },
    { heading: 'records', cell: said(({ records }) => String(records)), right: true },
    { heading: 'digest', cell: said(digestOf) },
    {
      heading: 'clock',
      cell: said(({ clockOffsetMs, isSelf }) => (isSelf ? '-' : signed(clockOffsetMs))),
      right: true
    },
    { heading: 'heard', cell: said(({ heardAt, isSelf }) => (isSelf ? '-' : formatDistance(Number(heardAt), now))) },
    { heading: 'rtt', cell: said(({ roundTripMs, isSelf }) => (isSelf ? '-' : `${roundTripMs} ms`)), right: true },
    { heading: 'peers', cell: said(({ connectedMembers }) => String(connectedMembers)), right: true, spare: 2 }
  ]
}

/** What a member has said of itself; nothing before it has said anything. */
function said(cell: (member: Member) => string): (member: Member) => string {
  return member => (hasNotSaid(member) ? '-' : cell(member))
}

function hasNotSaid({ heardAt, isSelf }: Member): boolean {
  return heardAt === 0n && !isSelf
}

function reached({ isSelf, isConnected, state }: Member): string {
  if (isSelf) return 'itself'
  if (state === NOT_RUNNING) return 'not running'
  return !isConnected ? 'no' : state === SILENT ? 'no answer' : 'yes'
}

/** Enough to see with the eye whether two are equal. */
function digestOf({ registryDigest }: Member): string {
  return Buffer.from(registryDigest).toString('hex').slice(0, 8) || '-'
}

function signed(ms: bigint): string {
  const span = formatSpan(Number(ms < 0n ? -ms : ms))
  return ms < 0n ? `-${span}` : `+${span}`
}

/** Connected, and its last Hello failed. */
const SILENT = 'silent'
/** Nobody has heard of it for an hour: a free slot of a pool, for one. */
const NOT_RUNNING = 'not-running'

function isUp({ isSelf, isConnected, state }: Member): boolean {
  return isSelf || (isConnected && state !== SILENT)
}

function isFine(member: Member): boolean {
  return (isUp(member) || member.state === NOT_RUNNING) && member.disagreements.length === 0
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
