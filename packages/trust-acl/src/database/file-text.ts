import { z } from 'zod'
import { MAX_NODES_PER_FILE } from './constants.ts'
import type { TrustFile, TrustFileEntity, TrustFileNode } from '../contract.ts'

const texts = z.array(z.string())
/** Label, peer, contact, remotes, remotes-strict. */
const node = z.tuple([z.string(), z.string(), texts, texts, z.boolean()])
const nodes = z.array(node).max(MAX_NODES_PER_FILE)
const row = z.tuple([z.string(), texts, z.array(z.tuple([z.string(), nodes]))])

/**
 * A trust file that was checked, for the database: read again at each start, it
 * costs a tenth of what it takes to check what was published.
 */
export function encodeChecked({ description, contact, entities }: TrustFile): string {
  const listed = entities.map(({ entity, nodes: all }) => [
    entity,
    all.map(({ label, peer, contact: at, remotes, remotesStrict }) => [label, peer, at, remotes, remotesStrict])
  ])
  return JSON.stringify([description, contact, listed])
}

/** @throws Error of zod or JSON - it is none */
export function decodeChecked(text: string): TrustFile {
  const [description, contact, entities] = row.parse(JSON.parse(text))
  return { description, contact, entities: entities.map(entityOf) }
}

function entityOf([entity, all]: [string, z.infer<typeof nodes>]): TrustFileEntity {
  return { entity, nodes: all.map(nodeOf) }
}

function nodeOf([label, peer, contact, remotes, remotesStrict]: z.infer<typeof node>): TrustFileNode {
  return { label, peer, contact, remotes, remotesStrict }
}
