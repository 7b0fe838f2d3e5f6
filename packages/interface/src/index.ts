/**
 * Nouns and contracts shared by Waystone's services: types and errors, no behaviour.
 *
 * @packageDocumentation
 */
export type { Clock, Timer } from './clock.ts'
export type { Random } from './random.ts'
export { WaystoneError } from './error.ts'
export type { WaystoneErrorOptions } from './error.ts'
export type { ConnectionPath, PathReason } from './path.ts'
export { readinessSymbol } from './readiness.ts'
export type { ReadinessCheck } from './readiness.ts'
export { endDeniedSymbol } from './trust.ts'
export type {
  EndedWork,
  EndsDeniedWork,
  GrantingTrustPolicy,
  NodeTrust,
  TrustDecision,
  TrustedNode,
  TrustGrantees,
  TrustLevel,
  TrustPolicy,
  ExplainedSubject,
  TrustSubject
} from './trust.ts'
export type { ContentFileOptions, ContentGetOptions, ContentStore } from './content.ts'
export type { HeldIpnsRecord, IpnsRecords, PutRecordOptions } from './ipns.ts'
export type { AdminEvents } from './events.ts'
export type { ClusterFile, ClusterMember, ClusterMembership, NodeInstance } from './cluster.ts'
export type { EnrollOptions, RegistryEnrollment, RegistryEntry, RegistryRecord, RegistryState } from './registry.ts'
