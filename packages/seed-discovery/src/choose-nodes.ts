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
  /** The id of this node, which is never chosen: what it chooses is its own. */
  self: string
  /** Ids of those who are chosen before all others, in this order, if any list has them. */
  first: ReadonlySet<string>
}

/** A node, and the names of the lists that have it. */
export interface Chosen {
  readonly node: TrustedNode
  readonly lists: string[]
}

interface Candidate extends Chosen {
  readonly rank: number
  readonly place: number
  /** How many came before. */
  readonly order: number
}

/**
 * Those that are chosen before all others, and the first 16 of the rest,
 * highest level first and else as they come. Within a level the choice is another
 * one for every node, so that the members of a network spread over its seeds, and the same again
 * after a restart. Looks at each of 100,000 nodes once, and copies none.
 */
export function chooseNodes(
  lists: Readonly<Record<string, readonly TrustedNode[]>>,
  { self, first }: ChoiceInit
): Chosen[] {
  const start = hash(self, 0x811c9dc5)
  const firsts = new Map<string, Chosen>()
  const rest: Candidate[] = []
  let order = 0
  for (const [name, nodes] of Object.entries(lists)) {
    for (const node of nodes) {
      if (node.id === self) continue
      if (first.has(node.id)) note(firsts, node, name)
      else consider(rest, { node, lists: [name], rank: RANK[node.level], place: hash(node.id, start), order: order++ })
    }
  }
  rest.sort((a, b) => b.rank - a.rank || a.order - b.order)
  return [...[...first].flatMap(id => firsts.get(id) ?? []), ...rest]
}

function note(firsts: Map<string, Chosen>, node: TrustedNode, name: string): void {
  const chosen = firsts.get(node.id)
  if (chosen === undefined) firsts.set(node.id, { node, lists: [name] })
  else chosen.lists.push(name)
}

// whoever is chosen in the end is never left out on the way, so that none of its lists is missed
function consider(chosen: Candidate[], candidate: Candidate): void {
  const last = chosen[MAX_KEPT - 1]
  if (last !== undefined && compare(last, candidate) < 0) return
  const known = chosen.find(({ node }) => node.id === candidate.node.id)
  if (known !== undefined) return void known.lists.push(...candidate.lists)
  const at = chosen.findIndex(other => compare(other, candidate) > 0)
  chosen.splice(at < 0 ? chosen.length : at, 0, candidate)
  if (chosen.length > MAX_KEPT) chosen.pop()
}

function compare(a: Candidate, b: Candidate): number {
  return b.rank - a.rank || a.place - b.place || (a.node.id < b.node.id ? -1 : Number(a.node.id > b.node.id))
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
