import { MAX_KEPT } from './constants.ts'
import type { TrustedNode, TrustLevel } from '@waystone/interface'

const RANK: Readonly<Record<TrustLevel, number>> = {
  blocked: 0,
  none: 1,
  peer: 2,
  marginal: 3,
  trusted: 4,
  advanced: 5,
  ultimate: 6
}

/** Characters of an id that count: the end is random in ids of every kind of key, and 16 characters are 90 bits. */
const END_LENGTH = 16

export interface ChoiceInit {
  /** The id of this node: what it chooses is its own. */
  own: string
  /** Ids of those who are not to be chosen. */
  without: ReadonlySet<string>
}

interface Candidate {
  readonly node: TrustedNode
  readonly rank: number
  readonly place: number
}

/**
 * The first 16 of all nodes, highest level first. Within a level the order is
 * another one for every node, so that the members of a network spread over its
 * seeds, and the same again after a restart. Looks at each of 100,000 nodes
 * once, and copies none.
 */
export function chooseNodes(lists: readonly (readonly TrustedNode[])[], { own, without }: ChoiceInit): TrustedNode[] {
  const start = hash(own, 0x811c9dc5)
  const chosen: Candidate[] = []
  for (const list of lists) {
    for (const node of list) consider(chosen, { node, rank: RANK[node.level], place: hash(node.id, start) }, without)
  }
  return chosen.map(({ node }) => node)
}

function consider(chosen: Candidate[], candidate: Candidate, without: ReadonlySet<string>): void {
  const last = chosen[MAX_KEPT - 1]
  if (last !== undefined && compare(last, candidate) <= 0) return
  const { id } = candidate.node
  if (without.has(id) || chosen.some(({ node }) => node.id === id)) return
  const at = chosen.findIndex(other => compare(other, candidate) > 0)
  chosen.splice(at < 0 ? chosen.length : at, 0, candidate)
  if (chosen.length > MAX_KEPT) chosen.pop()
}

function compare(a: Candidate, b: Candidate): number {
  return b.rank - a.rank || a.place - b.place
}

// 32-bit FNV-1a with the last step of MurmurHash3, or ids that end alike would stand side by side
function hash(text: string, start: number): number {
  let value = start
  for (let index = Math.max(0, text.length - END_LENGTH); index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
