/**
 * Who may do what: a database of whom the operator trusts, trust files that are
 * published over IPNS, and one matrix of levels and functions.
 *
 * @packageDocumentation
 */
export type {
  AuditEvent,
  AuditSink,
  EntryLevel,
  EntryStatus,
  FetchedTrustFile,
  RecordWay,
  TrustEntry,
  TrustFile,
  TrustFileEntity,
  TrustFileNode
} from './contract.ts'
export { checkTrustFileSize, parseTrustFile } from './trust-file/parse-trust-file.ts'
export { MAX_TRUST_FILE_BYTES, MAX_TRUST_FILE_NODES } from './trust-file/constants.ts'
export { Enforcement } from './enforcement/enforcement.ts'
export type { EnforcementInit } from './enforcement/enforcement.ts'
export { TrustEnforcer } from './enforcement/enforcer.ts'
export type { Evicted } from './enforcement/eviction.ts'
