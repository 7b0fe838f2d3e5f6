import path from 'node:path'
import { PublishKeyNameError } from './errors.ts'
import type { Random } from '@waystone/interface'
import type { NamedKeys } from '@waystone/trust-acl'

/** The folder in the data folder that holds the keys. */
const FOLDER = 'keys'
const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/

export interface NamedKeysInit {
  dataDir: string
  /** Of this node; its keys are encrypted with it too. */
  passphrase: string | undefined
  random: Random
}

/** Keys to publish with, in files beside the node's own and of the same form. */
export function namedKeys({ dataDir, passphrase, random }: NamedKeysInit): NamedKeys {
  return {
    get: async name => {
      const keyFile = namedKeyFile(dataDir, name)
      const { loadOrCreateIdentity } = await import('../identity/index.ts')
      return (await loadOrCreateIdentity({ keyFile, passphrase, random })).privateKey
    }
  }
}

/**
 * Where the key of this name is.
 *
 * @throws PublishKeyNameError
 */
export function namedKeyFile(dataDir: string, name: string): string {
  if (NAME.test(name)) return path.join(dataDir, FOLDER, `${name}.key`)
  throw new PublishKeyNameError(`${JSON.stringify(name.slice(0, 64))} is no name of a key`, {
    hint: 'use 1-64 of a-z, 0-9, - and _, beginning with a letter or digit'
  })
}
