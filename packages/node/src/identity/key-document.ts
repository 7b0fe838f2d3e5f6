import { z } from 'zod'
import { MAX_SCRYPT_MEMORY, MAX_SCRYPT_WORK } from './constants.ts'
import { KeyFileCorruptError, KeyFileVersionError } from './errors.ts'

const VERSION = 1

/** Base64 of at most `max` characters; becomes bytes. */
function bytes(max: number): z.ZodType<Uint8Array, string> {
  return z
    .base64()
    .max(max)
    .transform(text => new Uint8Array(Buffer.from(text, 'base64')))
}

const head = {
  format: z.literal('waystone-identity'),
  version: z.literal(VERSION),
  peerId: z.string().min(1).max(128)
}

const cost = z
  .strictObject({ N: z.int().min(2), r: z.int().min(1), p: z.int().min(1) })
  .refine(({ N }) => Number.isInteger(Math.log2(N)), 'N must be a power of two')
  .refine(
    ({ N, r, p }) => 128 * N * r <= MAX_SCRYPT_MEMORY && N * r * p <= MAX_SCRYPT_WORK,
    'scrypt would cost too much'
  )

const plain = z.strictObject({ ...head, protection: z.literal('none'), privateKey: bytes(128) })

const encrypted = z.strictObject({
  ...head,
  protection: z.literal('scrypt-xchacha20poly1305'),
  cost,
  salt: bytes(64).refine(salt => salt.byteLength >= 16, 'the salt is too short'),
  nonce: bytes(32).refine(nonce => nonce.byteLength === 24, 'the nonce is not 24 bytes'),
  ciphertext: bytes(256)
})

const schema = z.discriminatedUnion('protection', [plain, encrypted])

/**
 * What a key file holds: one JSON document. `privateKey` and, once decrypted,
 * `ciphertext` are libp2p's protobuf of an Ed25519 private key (libp2p specs,
 * peer-ids). Byte strings are base64 in the file.
 */
export type KeyDocument = z.output<typeof schema>

/** The document as the text of a key file. */
export function formatKeyDocument(document: KeyDocument): string {
  const text = JSON.stringify(
    document,
    (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value),
    2
  )
  return `${text}\n`
}

/**
 * The document in the text of a key file.
 *
 * @throws KeyFileVersionError - written by a later program
 * @throws KeyFileCorruptError - not JSON, not a key document, or one that would cost too much to open
 */
export function parseKeyDocument(text: string): KeyDocument {
  const json = parseJson(text)
  if (z.looseObject({ format: head.format, version: z.int().min(VERSION + 1) }).safeParse(json).success) {
    throw new KeyFileVersionError('The key file was written by a later version of Waystone', {
      hint: 'update Waystone'
    })
  }
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  // paths and reasons only: a value could be the key
  throw corrupt(`${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'invalid'}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // without the cause: its message quotes the text, which could be the key
    throw corrupt(text.trim() === '' ? 'it is empty' : 'it is not JSON, or cut short')
  }
}

/** A {@link KeyFileCorruptError} with the hint they all share. */
export function corrupt(what: string, cause?: unknown): KeyFileCorruptError {
  return new KeyFileCorruptError(`The key file is damaged or not a key file: ${what}`, {
    hint: 'put a backup in its place, or move it away and run `waystone identity recover` with the recovery phrase',
    cause
  })
}
