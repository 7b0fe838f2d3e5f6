/**
 * Who a node is: an Ed25519 key, kept in a file that only its owner can read,
 * encrypted if there is a passphrase, brought back from 24 words.
 *
 * ```ts
 * import { createIdentity, loadOrCreateIdentity, readPassphrase, saveIdentity } from '@waystone/node/identity'
 *
 * const passphrase = await readPassphrase({ env: process.env })
 * const { phrase, ...identity } = await createIdentity({ random })
 * await saveIdentity(identity, { keyFile: 'identity.key', passphrase, random })
 *
 * const { privateKey, peerId } = await loadOrCreateIdentity({ keyFile: 'identity.key', passphrase, random })
 * ```
 *
 * @packageDocumentation
 */
export { KEY_FILE_NAME, PASSPHRASE_VARIABLE, PHRASE_WORDS, SCRYPT_COST } from './constants.ts'
export type { ScryptCost } from './constants.ts'
export * from './errors.ts'
export { exportPrivateKey } from './export.ts'
export type { KeyFormat } from './export.ts'
export { createIdentity, loadIdentity, loadOrCreateIdentity, recoverIdentity, saveIdentity } from './identity.ts'
export type {
  CreateIdentityInit,
  Identity,
  LoadIdentityInit,
  LoadOrCreateIdentityInit,
  NewIdentity,
  RecoverIdentityInit,
  SaveIdentityInit
} from './identity.ts'
export { writeSecretFile } from './key-file.ts'
export { inspectKeyFile } from './inspection.ts'
export type { KeyFileSummary } from './inspection.ts'
export { readPassphrase } from './passphrase.ts'
export type { ReadPassphraseInit } from './passphrase.ts'
