/**
 * What peers tell the network about themselves: signed records that expire, kept by seeds, asked for by filter.
 *
 * @example
 * const store = new SqlRegistryStore({ path: ':memory:', kinds: kindSet(), limits })
 * store.open()
 * const verify = createVerify({ kinds: kindSet(), clock, check: checkSignatureInThreads })
 * store.put(await verify(await signRecord(privateKey, { kind: 'rendezvous', key: 'chess', sequence, expiry, payload })))
 * const { records } = await store.query({ kind: 'rendezvous', filter: equals('key', 'chess'), limit: 100 })
 *
 * @packageDocumentation
 */
export type * from './contract.ts'
export { checkSignatureInThreads } from './record/node-signature.ts'
export { checkSignature } from './record/signature.ts'
export type { SignatureCheck, SignatureClaim } from './record/signature.ts'
export { createVerify, decodeSigned } from './record/verify.ts'
export type { Judge, Verify, VerifierInit } from './record/verify.ts'
export { signRecord } from './record/sign.ts'
export type { UnsignedRecord } from './record/sign.ts'
export { sha256InNode } from './record/node-hash.ts'
export { HASH_BYTES, nameHash, partOf, recordDigest } from './record/name-hash.ts'
export * from './record/errors.ts'
export { kindSet } from './kinds/kinds.ts'
export { defineKind } from './kinds/define-kind.ts'
export type { FieldDefinition, GroupDefinition, KindDefinition } from './kinds/define-kind.ts'
export type { FieldType, KindField, KindSet, RecordOwner, RegistryKind } from './kinds/contract.ts'
export { SqlRegistryStore } from './store/store.ts'
export type { StoreInit } from './store/parts.ts'
export type { RegistryLimits } from './store/limits.ts'
export * from './store/errors.ts'
export * from './filter.ts'
