import { loadConfig } from '../config/index.ts'
import { readPassphrase } from '../identity/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { LoadedConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { RoleFlags } from './role-flags.ts'

export interface LoadedRole {
  config: Config
  /** How the config came about. */
  loaded: Pick<LoadedConfig, 'input' | 'origins'>
  passphrase: string | undefined
}

/**
 * The config of a role from preset, file, environment and flags, and the
 * passphrase of its key, if there is one.
 *
 * @throws ConfigError, IdentityError
 */
export async function loadRole(role: Config['role'], flags: RoleFlags, options?: AbortOptions): Promise<LoadedRole> {
  const { env } = process
  const { config, ...loaded } = await loadConfig({ role, env, ...flags.sources })
  return { config, loaded, passphrase: await readPassphrase({ file: config.identity.passphraseFile, env }, options) }
}
