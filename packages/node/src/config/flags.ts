import type { ConfigSources } from './load.ts'

/** A flag that is short for `--set PATH=…`. */
export interface ConfigFlag {
  /** Without the dashes. */
  name: string
  /** Dotted path of the key that it sets. */
  path: string
  /** What stands for its value in a help text. */
  value: string
  description: string
  /** Whether it may be repeated, which is the same as separating by commas. */
  list: boolean
}

/** The keys that are set so often that they have a flag of their own. */
export const configFlags: readonly ConfigFlag[] = [
  flag('network', 'network', 'name', 'name of the network'),
  flag('data-dir', 'dataDir', 'folder', 'folder for everything the node keeps'),
  list('listen', 'addresses.listen', 'addresses', 'multiaddrs to listen on; separated by commas, or repeated'),
  list('seeds', 'seeds', 'addresses', 'seeds to join through; likewise'),
  list('relays', 'relays', 'addresses', 'relays to hold a reservation on; likewise'),
  flag('log-level', 'log.level', 'level', 'trace, debug, info, warn, error or silent'),
  flag('admin-port', 'admin.port', 'port', 'port of the admin server; 0 takes a free one')
]

/** The text given for each flag of {@link configFlags}, by name, and for `--set`, by dotted path. */
export interface GivenFlags {
  named: Readonly<Record<string, string | undefined>>
  set: Readonly<Record<string, string>>
}

/** What was given as a layer of the configuration; `--set` wins over the flag for the same key. */
export function flagLayer({ named, set }: GivenFlags): Required<Pick<ConfigSources, 'flags' | 'flagNames'>> {
  const given = configFlags.flatMap(({ name, path }) => {
    const text = named[name]
    return text === undefined || Object.hasOwn(set, path) ? [] : [{ name, path, text }]
  })
  return {
    flags: { ...Object.fromEntries(given.map(({ path, text }) => [path, text])), ...set },
    flagNames: Object.fromEntries(given.map(({ name, path }) => [path, `--${name}`]))
  }
}

/** Splits the text behind `--set`; nothing if it is not `path=value`. */
export function splitSetting(text: string): [path: string, value: string] | undefined {
  const split = text.indexOf('=')
  return split < 1 ? undefined : [text.slice(0, split), text.slice(split + 1)]
}

function flag(name: string, path: string, value: string, description: string): ConfigFlag {
  return { name, path, value, description, list: false }
}

function list(name: string, path: string, value: string, description: string): ConfigFlag {
  return { name, path, value, description, list: true }
}
