import { loadConfig } from '@waystone/node/config'
import { configSourcesFrom } from '../config-options.ts'
import type { ConfigSources, Role } from '@waystone/node/config'
import type { ApiOptions } from './api-options.ts'

/** In the order in which a person most likely means them. */
const ROLES: Role[] = ['edge', 'relay', 'seed']
const CHOOSING = ['WAYSTONE_PRESET', 'WAYSTONE_CONFIG', 'WAYSTONE_ROLE']

export interface DataFoldersInit {
  options: ApiOptions
  /** Only the folder of this role. */
  role?: Role | undefined
  env: NodeJS.ProcessEnv
  /** What `~` stands for; default: the user's. */
  home?: string | undefined
}

/**
 * The data folders that a command line may mean: the one that it or the
 * environment names, or else the default ones of all roles.
 *
 * @throws ConfigInvalidError and the other errors of loading a configuration
 */
export async function dataFoldersFor({ options, role, env, home }: DataFoldersInit): Promise<string[]> {
  const sources: ConfigSources = { ...configSourcesFrom(options), env, home }
  const roles = role === undefined && namesOne(sources, env) ? [undefined] : role === undefined ? ROLES : [role]
  const loaded = await Promise.all(roles.map(async each => await loadConfig({ ...sources, role: each })))
  return [...new Set(loaded.map(({ config }) => config.dataDir))]
}

function namesOne({ preset, file }: ConfigSources, env: NodeJS.ProcessEnv): boolean {
  return [preset, file, ...CHOOSING.map(name => env[name])].some(text => text !== undefined && text !== '')
}
