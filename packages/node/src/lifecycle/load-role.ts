import { loadConfig } from '../config/index.ts'
import { readPassphrase } from '../identity/index.ts'
import { WrongRoleError } from './errors.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Config } from '../config/schema.ts'
import type { RoleFlags } from './role-flags.ts'

export interface LoadedRole {
  config: Config
  passphrase: string | undefined
}

/**
 * The config of a role from preset, file, environment and flags, and the
 * passphrase of its key, if there is one.
 *
 * @throws ConfigError, WrongRoleError, IdentityError
 */
export async function loadRole(role: Config['role'], flags: RoleFlags, options?: AbortOptions): Promise<LoadedRole> {
  const { env } = process
  const { preset = flags.file === undefined ? role : undefined, file, set } = flags
  const { config } = await loadConfig({ preset, file, env, flags: set })
  if (config.role !== role) throw wrongRole(role, config.role)
  return { config, passphrase: await readPassphrase({ file: config.identity.passphraseFile, env }, options) }
}

function wrongRole(expected: string, found: string): WrongRoleError {
  return new WrongRoleError(`the config is for the role ${found}, but this is waystone ${expected}`, {
    hint: `start it with waystone ${found}, or set role: ${expected}`
  })
}
