import { WaystoneError } from '@waystone/interface'
import { systemRandom } from '@waystone/kit'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import {
  exportPrivateKey,
  inspectKeyFile,
  loadIdentity,
  readPassphrase,
  saveIdentity,
  writeSecretFile
} from '@waystone/node/identity'
import type { Identity, KeyFormat } from '@waystone/node/identity'
import { keyFileOf, passphraseOf } from './key-options.ts'
import type { KeyOptions } from './key-options.ts'

export interface ExportOptions extends KeyOptions {
  /** `key-file` is a key file for another node folder, with a passphrase of its own or none. */
  format: KeyFormat | 'key-file'
  out?: string
  newPassphraseFile?: string
  yes?: boolean
}

/** The private key would be shown on a terminal, unasked. */
class ExportToTerminalError extends WaystoneError {
  static override readonly name = 'ExportToTerminalError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** Options of `waystone identity export` that do not go together. */
class ExportOptionsError extends WaystoneError {
  static override readonly name = 'ExportOptionsError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** `waystone identity export`: the private key for other programs, or under another passphrase. */
export async function exportKey(options: ExportOptions): Promise<void> {
  checkOptions(options)
  const identity = await openIdentity(options)
  if (options.format === 'key-file') await saveKeyFile(identity, options)
  else await writeText(identity, exportPrivateKey(identity.privateKey, options.format), options)
}

function checkOptions({ format, out, newPassphraseFile, yes, json }: ExportOptions): void {
  if (format === 'key-file' && out === undefined) {
    throw new ExportOptionsError('A key file is not printed', { hint: 'say where to write it with --out FILE' })
  }
  if (format !== 'key-file' && newPassphraseFile !== undefined) {
    throw new ExportOptionsError(`The format ${format} has no passphrase`, { hint: 'use --format key-file' })
  }
  if (out !== undefined || yes === true || !process.stdout.isTTY) return
  throw new ExportToTerminalError('The private key would stay readable on this terminal', {
    hint: `write it to a file with --out FILE, or confirm with --yes${json === true ? '' : ', or send it through a pipe'}`
  })
}

/** A passphrase in the environment does no harm to a key that has none. */
async function openIdentity(options: ExportOptions): Promise<Identity> {
  const keyFile = keyFileOf(options)
  const { encrypted } = await inspectKeyFile({ keyFile })
  return loadIdentity({ keyFile, passphrase: encrypted ? await passphraseOf(options) : undefined })
}

async function saveKeyFile(identity: Identity, options: ExportOptions): Promise<void> {
  const { format, out: file = '', newPassphraseFile } = options
  const passphrase = await readPassphrase({ file: newPassphraseFile, env: {} })
  await saveIdentity(identity, { keyFile: file, passphrase, random: systemRandom })
  const peerId = identity.peerId.toString()
  reportFile({ peerId, format, file, encrypted: passphrase !== undefined }, options)
}

async function writeText(identity: Identity, privateKey: string, options: ExportOptions): Promise<void> {
  const { format, out: file, json } = options
  const peerId = identity.peerId.toString()
  if (file !== undefined) {
    await writeSecretFile(file, privateKey, systemRandom)
    reportFile({ peerId, format, file, encrypted: false }, options)
  } else if (json === true) process.stdout.write(`${JSON.stringify({ peerId, format, privateKey })}\n`)
  else process.stdout.write(privateKey)
}

interface ExportedFile {
  peerId: string
  format: string
  file: string
  encrypted: boolean
}

function reportFile(exported: ExportedFile, { json }: ExportOptions): void {
  const { peerId, format, file, encrypted } = exported
  if (json === true) process.stdout.write(`${JSON.stringify(exported)}\n`)
  else
    process.stdout.write(
      `wrote the key of ${peerId} to ${file} (${format}, mode 0600, ${encrypted ? '' : 'not '}encrypted)\n`
    )
}
