import { isLiveAt, nodesOf } from './entry.ts'
import type { NamedNode } from '../decide/contract.ts'
import type { DatabaseChange } from './contract.ts'

/**
 * Whether all decisions are the same as before: a trust file that was fetched
 * again names the same nodes, as most do. Pure.
 *
 * @param now - milliseconds since the Unix epoch
 */
export function changesNothing({ kind, before, after }: DatabaseChange, now: number): boolean {
  if (kind !== 'fetched' || before === undefined || after === undefined) return false
  if (before.file === undefined || isLiveAt(before, now) !== isLiveAt(after, now)) return false
  return sameNodes(nodesOf(before), nodesOf(after))
}

function sameNodes(one: readonly NamedNode[], two: readonly NamedNode[]): boolean {
  if (one === two) return true
  return one.length === two.length && one.every((node, index) => sameNode(node, two[index]))
}

function sameNode(one: NamedNode, two: NamedNode | undefined): boolean {
  if (one.peer !== two?.peer || one.label !== two.label || one.remotesStrict !== two.remotesStrict) return false
  return one.remotes.length === two.remotes.length && one.remotes.every((remote, at) => remote === two.remotes[at])
}
