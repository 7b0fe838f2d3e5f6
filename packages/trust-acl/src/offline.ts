/**
 * What needs no running node: reading trust files, signing and reading their
 * records, and the matrix that a config makes.
 *
 * @example
 * const record = await signOffline({ key, file: await readFile('cluster.json'), sequence: 2n, now: Date.now() })
 *
 * @packageDocumentation
 */
export { readShippedCopy, readStoredFile } from './known-file.ts'
export type { KnownFile } from './known-file.ts'
export { parseTrustFile } from './trust-file/parse-trust-file.ts'
export { MAX_TRUST_FILE_BYTES } from './trust-file/constants.ts'
export { DEFAULT_LIFETIME_MS, DEFAULT_TTL_MS, MAX_RECORD_BYTES } from './ipns/constants.ts'
export { ipnsNameOf, parseIpnsName } from './ipns/name.ts'
export { rawCid } from './ipns/raw-block.ts'
export { nameInRecord, readRecord } from './ipns/record.ts'
export type { SignedIpnsRecord } from './ipns/record.ts'
export { signOffline, signRecord } from './ipns/sign.ts'
export type { SignRecordInit } from './ipns/sign.ts'
export { FUNCTION_NAMES } from './model/functions.ts'
export { LEVELS } from './model/levels.ts'
export { FunctionMatrix } from './model/matrix.ts'
