import { systemRandom } from '@waystone/kit'
import { createIdentity, recoverIdentity, saveIdentity } from '@waystone/node/identity'
import type { Identity } from '@waystone/node/identity'
import { keyFileOf, passphraseOf } from './key-options.ts'
import type { KeyOptions } from './key-options.ts'
import { readPhrase } from './phrase-input.ts'
import { describePhrase } from './phrase-text.ts'

export interface RecoverOptions extends KeyOptions {
  phraseFile?: string
}

/** `waystone identity new`: a new key, and its phrase for the only time. */
export async function createKey(options: KeyOptions): Promise<void> {
  const { phrase, ...identity } = await createIdentity({ random: systemRandom })
  // first on disk, then shown: a phrase that was written down has a key
  const saved = await saveKey(identity, options)
  if (options.json === true) process.stdout.write(`${JSON.stringify({ ...saved, phrase })}\n`)
  else process.stdout.write(`${describeKey(saved)}\n${describePhrase(phrase, { who: 'this node' })}`)
}

/** `waystone identity recover`: the key of a phrase. */
export async function recoverKey(options: RecoverOptions): Promise<void> {
  const phrase = await readPhrase({ file: options.phraseFile, input: process.stdin, output: process.stderr })
  const saved = await saveKey(await recoverIdentity(phrase), options)
  process.stdout.write(options.json === true ? `${JSON.stringify(saved)}\n` : describeKey(saved))
}

interface SavedKey {
  peerId: string
  keyFile: string
  encrypted: boolean
}

async function saveKey(identity: Identity, options: KeyOptions): Promise<SavedKey> {
  const keyFile = keyFileOf(options)
  const passphrase = await passphraseOf(options)
  await saveIdentity(identity, { keyFile, passphrase, random: systemRandom })
  return { peerId: identity.peerId.toString(), keyFile, encrypted: passphrase !== undefined }
}

function describeKey({ peerId, keyFile, encrypted }: SavedKey): string {
  const protection = encrypted ? 'encrypted with the passphrase' : 'not encrypted; see --passphrase-file'
  return `peer id   ${peerId}\nkey file  ${keyFile} (mode 0600, ${protection})\n`
}
