import { inspectKeyFile } from '@waystone/node/identity'
import type { KeyFileSummary } from '@waystone/node/identity'
import { keyFileOf, passphraseOf } from './key-options.ts'
import type { KeyOptions } from './key-options.ts'

/** `waystone identity show`: the public half of a key, which needs no passphrase. */
export async function showKey(options: KeyOptions): Promise<void> {
  const summary = await inspectKeyFile({ keyFile: keyFileOf(options), passphrase: await passphraseOf(options) })
  const shown = { ...summary, mode: `0${summary.mode.toString(8)}` }
  process.stdout.write(options.json === true ? `${JSON.stringify(shown)}\n` : describe(shown))
}

function describe(shown: Omit<KeyFileSummary, 'mode'> & { mode: string }): string {
  const unverified = 'yes; give its passphrase to check that the key is the one of the peer id'
  const encrypted = shown.encrypted ? (shown.verified ? 'yes; the passphrase opens it' : unverified) : 'no'
  return `peer id     ${shown.peerId}
public key  ${shown.publicKey}
key file    ${shown.keyFile}
mode        ${shown.mode}
encrypted   ${encrypted}
`
}
