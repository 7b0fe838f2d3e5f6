import { InvalidArgumentError } from 'commander'
import { configFlags, flagLayer, splitSetting } from '@waystone/node/flags'
import type { Command } from 'commander'
import type { ConfigSources } from '@waystone/node/config'

/** What {@link addConfigOptions} adds, as commander hands it to an action; further flags stand beside these. */
export interface ConfigOptions {
  preset?: string
  config?: string
  /** Text by dotted path. */
  set?: Record<string, string>
}

/** Gives a command the flags from which a configuration is made. */
export function addConfigOptions(command: Command): Command {
  command
    .option('--preset <name>', 'seed, relay, edge, dev, or the path of a preset')
    .option('--config <file>', 'YAML file on top of the preset')
  for (const { name, value, description, list } of configFlags) {
    const flag = `--${name} <${value}>`
    if (list) command.option(flag, description, joinLists)
    else command.option(flag, description)
  }
  return command.option('--set <path=value>', 'any other key, such as nat.upnp=true; may be repeated', collectSetting)
}

/** What to load for these flags, the environment of the process included. */
export function configSourcesFrom(options: ConfigOptions): ConfigSources {
  const texts = new Map(
    Object.entries(options).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  )
  const named = Object.fromEntries(configFlags.map(({ name }) => [name, texts.get(camelCase(name))]))
  const layer = flagLayer({ named, set: options.set ?? {} })
  return { preset: options.preset, file: options.config, env: process.env, ...layer }
}

// as commander names the option of a flag
function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function joinLists(text: string, earlier?: string): string {
  return earlier === undefined ? text : `${earlier},${text}`
}

function collectSetting(text: string, earlier: Record<string, string> = {}): Record<string, string> {
  const setting = splitSetting(text)
  if (setting === undefined) throw new InvalidArgumentError('Write it as PATH=VALUE, for example admin.port=0.')
  // entries, so that a path like __proto__ stays an own key and is refused as unknown
  return Object.fromEntries([...Object.entries(earlier), setting])
}
