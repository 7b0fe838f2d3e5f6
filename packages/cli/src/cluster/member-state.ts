import type { cluster as api } from '@waystone/wire/admin'

export type Member = api.ClusterMember

/** Connected, and its last Hello failed. */
export const SILENT = 'silent'
/** Nobody has heard of it for an hour: a free slot of a pool, for one. */
export const NOT_RUNNING = 'not-running'

export function isUp({ isSelf, isConnected, state }: Member): boolean {
  return isSelf || (isConnected && state !== SILENT)
}

/** Up, or meant to be down, and of one mind with the others. */
export function isFine(member: Member): boolean {
  return (isUp(member) || member.state === NOT_RUNNING) && member.disagreements.length === 0
}

/** Only members are told what a member holds. */
export function hasNotSaid({ heardAt, isSelf }: Member): boolean {
  return heardAt === 0n && !isSelf
}
