import { systemClock } from '@waystone/kit'
import { codeOf, nameOf } from '@waystone/kit/error-fields'
import { loadIdentity, readPassphrase } from '@waystone/node/identity'
import {
  ipnsNameOf,
  MAX_RECORD_BYTES,
  MAX_TRUST_FILE_BYTES,
  nameInRecord,
  rawCid,
  readRecord,
  signOffline
} from '@waystone/trust-acl/offline'
import { readInputFile } from '../trust/read-file.ts'
import { ClusterFolderError } from './errors.ts'
import { isThere } from './options.ts'
import { replaceFile } from './replace-file.ts'
import type { PrivateKey } from '@libp2p/interface'
import type { SignedIpnsRecord } from '@waystone/trust-acl/offline'
import type { ClusterFiles, SealOptions } from './options.ts'

/**
 * How long a record of a cluster is valid, in milliseconds: the key is offline, and signing takes a person. What is
 * revoked stays so by the sequence; only who knows nothing yet can be shown an older record within this time.
 */
export const CLUSTER_LIFETIME_MS = 90 * 86_400_000

/** The text of the cluster's trust file. @throws InputFileError */
export async function readMembers({ members }: ClusterFiles): Promise<string> {
  const bytes = await readInputFile(members, MAX_TRUST_FILE_BYTES)
  return new TextDecoder().decode(bytes)
}

/** What was signed last; nothing before the first time. @throws ClusterFolderError - the file holds no record */
export async function readSigned({ record: path }: ClusterFiles): Promise<SignedIpnsRecord | undefined> {
  const bytes = await recordBytes(path)
  if (bytes === undefined) return undefined
  try {
    const name = await nameInRecord(bytes)
    if (name !== undefined) return await readRecord(name, bytes)
  } catch (cause) {
    throw notARecord(path, nameOf(cause), cause)
  }
  throw notARecord(path, 'it carries no key')
}

/** Whether a record is of this text. */
export async function isSigned(signed: SignedIpnsRecord | undefined, text: string): Promise<boolean> {
  return signed?.value === `/ipfs/${(await rawCid(new TextEncoder().encode(text))).toString()}`
}

/**
 * The key of the cluster, which must be the one of the record that is there.
 *
 * @throws ClusterFolderError, and the errors of a key file and its passphrase
 */
export async function openKey({ key, folder }: ClusterFiles, options: SealOptions): Promise<PrivateKey> {
  if (!(await isThere(key))) {
    throw new ClusterFolderError(`the key of the cluster is not in ${folder}`, {
      hint: 'bring cluster.key back for the moment, or make it again with waystone cluster recover'
    })
  }
  const passphrase = await readPassphrase({ file: options.passphraseFile, env: process.env })
  return (await loadIdentity({ keyFile: key, passphrase })).privateKey
}

export interface SignInit {
  key: PrivateKey
  text: string
  sequence: bigint
  /** In milliseconds. */
  lifetime?: number | undefined
}

/** Signs the trust file and writes the record. @throws FileWriteError */
export async function signMembers({ record: path }: ClusterFiles, init: SignInit): Promise<SignedIpnsRecord> {
  const { key, text, sequence, lifetime = CLUSTER_LIFETIME_MS } = init
  const file = new TextEncoder().encode(text)
  const record = await signOffline({ key, file, sequence, lifetime, now: systemClock.now() })
  await replaceFile(path, record)
  return await readRecord(ipnsNameOf(key.publicKey), record)
}

/** @throws ClusterFolderError - the key is another one than what was signed with before */
export function requireSameKey(signed: SignedIpnsRecord | undefined, key: PrivateKey): void {
  const { text } = ipnsNameOf(key.publicKey)
  if (signed === undefined || signed.name.text === text) return
  throw new ClusterFolderError(`this is the key of another cluster: ${text}`, {
    hint: `the record in the folder was signed by ${signed.name.text}`
  })
}

async function recordBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readInputFile(path, MAX_RECORD_BYTES)
  } catch (error) {
    if (error instanceof Error && codeOf(error.cause) === 'ENOENT') return undefined
    throw error
  }
}

function notARecord(path: string, why: string, cause?: unknown): ClusterFolderError {
  return new ClusterFolderError(`${path} holds no record of a cluster (${why})`, {
    hint: 'bring back the file that waystone cluster publish wrote; its sequence must not be lost',
    cause
  })
}
