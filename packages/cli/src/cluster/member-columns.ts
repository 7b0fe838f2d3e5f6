import { formatDistance, formatSpan } from '../trust/times.ts'
import { hasNotSaid, NOT_RUNNING, SILENT } from './member-state.ts'
import type { FittedColumn } from '../trust/fitted-table.ts'
import type { Member } from './member-state.ts'

/** The table of members. @param now - milliseconds since the Unix epoch */
export function memberColumns(now: number): FittedColumn<Member>[] {
  return [
    { heading: 'label', cell: ({ label }) => label || '-' },
    { heading: 'peer id', cell: ({ peer }) => peer, spare: 1 },
    { heading: 'reachable', cell: reached },
    { heading: 'version', cell: ({ version }) => version || '-', spare: 0 },
    { heading: 'list', cell: said(({ fileSequence }) => String(fileSequence)), right: true },
    { heading: 'records', cell: said(({ records }) => String(records)), right: true },
    { heading: 'digest', cell: said(digestOf) },
    { heading: 'lag', cell: said(({ lagMs, isSelf }) => (isSelf ? '-' : formatSpan(Number(lagMs)))), right: true },
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
