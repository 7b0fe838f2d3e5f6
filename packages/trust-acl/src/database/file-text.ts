import { MAX_NODES_PER_FILE } from './constants.ts'
import type { TrustFile, TrustFileEntity, TrustFileNode } from '../contract.ts'

/** Most nodes have neither contact nor remotes: with 100,000 of them, lists of their own would be megabytes. */
const NONE: readonly string[] = Object.freeze([])

/**
 * A trust file that was checked, for the database: read again at each start, it
 * costs a tenth of what it takes to check what was published.
 */
export function encodeChecked({ description, contact, entities }: TrustFile): string {
  const listed = entities.map(({ entity, nodes }) => [
    entity,
    nodes.map(({ label, peer, contact: at, remotes, remotesStrict }) => [label, peer, at, remotes, remotesStrict])
  ])
  return JSON.stringify([description, contact, listed])
}

/** @throws TypeError, SyntaxError, RangeError - it is none */
export function decodeChecked(text: string): TrustFile {
  const [description, contact, entities] = list(JSON.parse(text), 3)
  const file = { description: word(description), contact: words(contact), entities: list(entities).map(entityOf) }
  const count = file.entities.reduce((sum, { nodes }) => sum + nodes.length, 0)
  if (count > MAX_NODES_PER_FILE) throw new RangeError(`${count} nodes are too many`)
  return file
}

function entityOf(value: unknown): TrustFileEntity {
  const [entity, nodes] = list(value, 2)
  return { entity: word(entity), nodes: list(nodes).map(nodeOf) }
}

function nodeOf(value: unknown): TrustFileNode {
  const [label, peer, contact, remotes, strict] = list(value, 5)
  if (typeof strict !== 'boolean') throw new TypeError('a node has no remotes-strict')
  return {
    label: word(label),
    peer: word(peer),
    contact: words(contact),
    remotes: words(remotes),
    remotesStrict: strict
  }
}

// checked by hand: a schema would copy each of these lists
function list(value: unknown, length?: number): unknown[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw new TypeError('no list')
  return value
}

function words(value: unknown): readonly string[] {
  const all = list(value)
  return all.length === 0 ? NONE : all.map(word)
}

function word(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text')
  return value
}
