/**
 * Identities that several nodes share: one recovery phrase gives a pool of sealed slots, and each node takes a free
 * one under a lease while it runs.
 *
 * ```ts
 * import { makePool, openKeeper } from '@waystone/node/identity-pool'
 *
 * const { ids } = await makePool({ folder: 'pool', size: 3, phrase, passphrase, random })
 * ```
 *
 * @packageDocumentation
 */
export { POSTGRES_VARIABLE } from './constants.ts'
export type { LeaseKeeper, SlotHolder } from './contract.ts'
export { checkSize, makePool } from './make-pool.ts'
export type { MadePool, MakePoolInit } from './make-pool.ts'
export { openKeeper } from './open-keeper.ts'
export type { LeaseSettings } from './open-keeper.ts'
export { findPool, readPool, slotPath } from './pool-file.ts'
export type { Pool } from './pool-file.ts'
