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
export type { TrustEnforcerInit } from './enforcement/enforcer.ts'
export type { Evicted } from './enforcement/eviction.ts'
export { TrustAcl } from './trust-acl.ts'
export type { AddressRulesPart, HeldTrustFile, TrustAclConfig, TrustAclInit } from './trust-acl-contract.ts'
export type { StatusChange, TrustEntryChange, TrustEntryInit } from './database/contract.ts'
export type { AddressCheck, RatedLevel } from './decide/contract.ts'
export type { ReportedAnswer, ReportedEntry, TrustReport } from './decide/report.ts'
export { FUNCTIONS } from './model/functions.ts'
export { LEVELS, RANK } from './model/levels.ts'
export type { FunctionMatrix, FunctionRow, MatrixChanges } from './model/matrix.ts'
export { AddressRules } from './rules/address-rules.ts'
export type { AddressRulesConfig, AddressRulesInit, RuleAction, RuleListStatus } from './rules/contract.ts'
export { AuditLog } from './audit/audit-log.ts'
export type { AuditLogInit } from './audit/audit-log.ts'
export type { DenialCount } from './audit/denial-counts.ts'
export type { FollowedEvent } from './audit/follower.ts'
export { trustAcl } from './service.ts'
export type { TrustAclComponents, TrustAclEvents, TrustAclService, TrustAclServiceInit } from './service-contract.ts'
export type { RatingsExchange } from './exchange/contract.ts'
export { dhtRecords } from './ipns/dht-records.ts'
export type { DhtRecords } from './ipns/dht-records.ts'
export { FetchCounts } from './ipns/fetch-counts.ts'
export type { FetchCount, FetchResult } from './ipns/fetch-counts.ts'
export type { NamedKeys, ShippedCopy } from './ipns/parts.ts'
export type { Published, PublishInit } from './ipns/publisher.ts'
export { TrustAdminService } from './admin/trust-admin-service.ts'
export type { TrustAdminComponents, TrustAdminServiceInit } from './admin/trust-admin-service.ts'
export type { TrustPublisher } from './admin/contract.ts'
export { peerRatings } from './ratings/peer-ratings.ts'
export type { PeerRatings, PeerRatingsComponents, PeerRatingsInit, RatedTrust } from './ratings/peer-ratings.ts'
