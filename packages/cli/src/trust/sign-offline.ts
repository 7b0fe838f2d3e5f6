import { writeFile } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import { WaystoneError } from '@waystone/interface'
import { systemClock } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import { loadIdentity, readPassphrase } from '@waystone/node/identity'
import { printJson, printLines } from '../admin/output.ts'
import { readInputFile } from './read-file.ts'
import { formatDistance, formatTime } from './times.ts'
import type { SignedIpnsRecord } from '@waystone/trust-acl/offline'

/** A record of version 2 counts in 64 bits. */
const MAX_SEQUENCE = 2n ** 64n - 1n

/** As https://specs.ipfs.tech/ipns/ipns-record/ and kubo have it, and nodes of Waystone with their keys. */
const FIRST_SEQUENCE = 0n

/** What is signed with, and how. */
export interface SignOptions {
  keyFile?: string
  passphraseFile?: string
  sequence?: bigint
  /** In milliseconds. */
  ttl?: number
  /** In milliseconds. */
  lifetime?: number
  json?: boolean
}

/** `--sign-offline` without what it needs. */
export class SignOptionsError extends WaystoneError {
  static override readonly name = 'SignOptionsError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/**
 * Signs a record for a trust file and writes it, without a node. A record that
 * is there already says the last sequence.
 *
 * @param path - of the record
 * @throws SignOptionsError, InputFileError, and the errors of a key file
 */
export async function signToFile(file: Uint8Array, path: string, options: SignOptions): Promise<void> {
  const { privateKey } = await loadIdentity({ keyFile: keyFileOf(options), passphrase: await passphraseOf(options) })
  const { ipnsNameOf, readRecord, signOffline } = await import('@waystone/trust-acl/offline')
  const name = ipnsNameOf(privateKey.publicKey)
  const before = await recordIn(path, async bytes => await readRecord(name, bytes))
  const { ttl, lifetime } = options
  const sequence = options.sequence ?? (before === undefined ? FIRST_SEQUENCE : before.sequence + 1n)
  if (before !== undefined && sequence <= before.sequence) throw goesBackwards(path, before.sequence)
  const now = systemClock.now()
  const record = await signOffline({ key: privateKey, file, sequence, ttl, lifetime, now })
  await writeFile(path, record)
  tell(await readRecord(name, record), path, { now, json: options.json ?? false })
}

/** A whole number from 0 to 2^64 - 1. */
export function parseSequence(text: string): bigint {
  const sequence = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n
  if (sequence < 0n || sequence > MAX_SEQUENCE) throw new InvalidArgumentError('must be a whole number from 0')
  return sequence
}

async function recordIn(
  path: string,
  read: (bytes: Uint8Array) => Promise<SignedIpnsRecord>
): Promise<SignedIpnsRecord | undefined> {
  const { MAX_RECORD_BYTES } = await import('@waystone/trust-acl/offline')
  try {
    return await read(await readInputFile(path, MAX_RECORD_BYTES))
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (isMissing(cause)) return undefined
    if (nameOf(error) === 'InputFileError') throw error
    // overwriting it would lose somebody's record, or something that is none
    throw new SignOptionsError(`${path} is there and holds no record of this key (${nameOf(error)})`, {
      hint: 'name another file for the record',
      cause: error
    })
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

function goesBackwards(path: string, last: bigint): SignOptionsError {
  return new SignOptionsError(`the record in ${path} has the sequence ${last} already`, {
    hint: 'a sequence only ever rises: leave out --sequence, or give a higher one'
  })
}

function keyFileOf({ keyFile }: SignOptions): string {
  if (keyFile !== undefined) return keyFile
  throw new SignOptionsError('--sign-offline needs the key', {
    hint: 'name it with --key-file; waystone identity new --key-file FILE makes one'
  })
}

async function passphraseOf({ passphraseFile }: SignOptions): Promise<string | undefined> {
  return await readPassphrase({ file: passphraseFile, env: process.env })
}

function tell(record: SignedIpnsRecord, path: string, { now, json }: { now: number; json: boolean }): void {
  const { name, value, sequence, validUntil, ttl } = record
  const shown = { name: name.text, cid: value.replace(/^\/ipfs\//, ''), sequence: Number(sequence), validUntil, ttl }
  if (json) return printJson({ event: 'signed', record: path, ...shown })
  printLines([
    `name         ${shown.name}`,
    `cid          ${shown.cid}`,
    `sequence     ${sequence}`,
    `valid until  ${formatTime(validUntil)} (${formatDistance(validUntil, now)})`,
    `record       ${path}`,
    '',
    `Any node can publish it: waystone trust publish FILE --record ${path}`
  ])
}
