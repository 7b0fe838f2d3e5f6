import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import type { ConfigSources } from '@waystone/node/config'

/** What {@link addConfigOptions} adds, as commander hands it to an action. */
export interface ConfigOptions {
  preset?: string
  config?: string
  /** Text by dotted path. */
  set?: Record<string, string>
  network?: string
  dataDir?: string
  listen?: string
  seeds?: string
  relays?: string
  logLevel?: string
  adminPort?: string
}

/** Flags that are short for `--set PATH=…`. */
const shorthands = [
  { option: 'network', flag: '--network', path: 'network' },
  { option: 'dataDir', flag: '--data-dir', path: 'dataDir' },
  { option: 'listen', flag: '--listen', path: 'addresses.listen' },
  { option: 'seeds', flag: '--seeds', path: 'seeds' },
  { option: 'relays', flag: '--relays', path: 'relays' },
  { option: 'logLevel', flag: '--log-level', path: 'log.level' },
  { option: 'adminPort', flag: '--admin-port', path: 'admin.port' }
] as const

/** Gives a command the flags from which a configuration is made. */
export function addConfigOptions(command: Command): Command {
  return command
    .option('--preset <name>', 'seed, relay, edge, dev, or the path of a preset')
    .option('--config <file>', 'YAML file on top of the preset')
    .option('--network <name>', 'name of the network')
    .option('--data-dir <folder>', 'folder for everything the node keeps')
    .option('--listen <addresses>', 'multiaddrs to listen on; separated by commas, or repeated', joinLists)
    .option('--seeds <addresses>', 'seeds to join through; likewise', joinLists)
    .option('--relays <addresses>', 'relays to hold a reservation on; likewise', joinLists)
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent')
    .option('--admin-port <port>', 'port of the admin server; 0 takes a free one')
    .option('--set <path=value>', 'any other key, such as nat.upnp=true; may be repeated', collectSetting)
}

/** What to load for these flags, the environment of the process included. */
export function configSourcesFrom(options: ConfigOptions): ConfigSources {
  const given = shorthands.flatMap(({ option, flag, path }) => {
    const text = options[option]
    return text === undefined ? [] : [{ flag, path, text }]
  })
  const set = options.set ?? {}
  return {
    preset: options.preset,
    file: options.config,
    env: process.env,
    flags: { ...Object.fromEntries(given.map(({ path, text }) => [path, text])), ...set },
    flagNames: Object.fromEntries(
      given.filter(({ path }) => !Object.hasOwn(set, path)).map(({ path, flag }) => [path, flag])
    )
  }
}

function joinLists(text: string, earlier?: string): string {
  return earlier === undefined ? text : `${earlier},${text}`
}

function collectSetting(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const split = text.indexOf('=')
  if (split < 1) throw new InvalidArgumentError('Write it as PATH=VALUE, for example admin.port=0.')
  // entries, so that a path like __proto__ stays an own key and is refused as unknown
  return Object.fromEntries([...Object.entries(earlier), [text.slice(0, split), text.slice(split + 1)]])
}
