/**
 * The kinds of records, for those who read payloads and keep no registry. Works everywhere.
 *
 * @packageDocumentation
 */
export { kindSet } from './kinds/kinds.ts'
export type { KindSet, RecordOwner, RegistryKind } from './kinds/contract.ts'
export type { RecordValues } from './contract.ts'
