/**
 * The registry: what records cost, how quickly they are found, taken and
 * brought to other seeds, and a seed with many idle peers. One file each.
 *
 * @packageDocumentation
 */
import { freshSeed } from './fresh-seed.ts'
import { idlePeers } from './idle-peers.ts'
import { memory } from './memory.ts'
import { partition } from './partition.ts'
import { queries } from './queries.ts'
import { registrations } from './registrations.ts'
import type { Suite } from '../suite.ts'

export const registry: Suite = {
  name: 'registry',
  measurements: [memory, queries, registrations, freshSeed, partition, idlePeers]
}
