import type { Clock, NodeInstance, Random } from '@waystone/interface'

/** Bytes that tell one run of a node from another. */
const INSTANCE_BYTES = 16

/** What the identity pool says of the slot that a node runs on. */
export type NodeLease = Pick<NodeInstance, 'fence' | 'keeper' | 'slot'>

/** This run of a node. @param lease - of its slot, if its identity comes from a pool */
export function createInstance(
  { clock, random }: { clock: Pick<Clock, 'now'>; random: Random },
  lease: NodeLease = {}
): NodeInstance {
  return { id: random.bytes(INSTANCE_BYTES), startedAt: clock.now(), ...lease }
}
