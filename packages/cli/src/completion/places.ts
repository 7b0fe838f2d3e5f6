import { listPresets } from '@waystone/node/config'
import { addConfigOptions } from '../config-options.ts'
import type { Argument, Command, Option } from 'commander'

/** What may stand somewhere: nothing that a shell could know, files, folders, or one of some words. */
export type Completed = 'unknown' | 'files' | 'folders' | readonly string[]

export interface CompletedOption {
  /** Such as `--json`; the short form comes first, if there is one. */
  names: string[]
  description: string
  /** What follows it; absent when nothing does. */
  value?: Completed
}

/** A command, or a command of a command, and what can stand behind it. */
export interface Place {
  /** All words up to here: `waystone config print`. */
  path: string
  commands: { name: string; description: string }[]
  options: CompletedOption[]
  argument: Completed
}

/** Their arguments are those of the role's own binary, which this command does not parse. */
const ROLES = new Set(['seed', 'relay', 'edge'])
/** Of the registry's records; plugins may have more. */
const KINDS = ['relay-advert', 'capability', 'rendezvous']
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent']

/** Every place of a command line, from the commands themselves. */
export async function placesOf(program: Command): Promise<Place[]> {
  const [presets, { FUNCTION_NAMES }] = await Promise.all([listPresets(), import('@waystone/trust-acl/offline')])
  return collect(program, program.name(), { presets, functions: FUNCTION_NAMES })
}

/** Words that the commands themselves do not have. */
interface Words {
  presets: readonly string[]
  /** What trust is about, such as `offer-relay`. */
  functions: readonly string[]
}

function collect(command: Command, path: string, words: Words): Place[] {
  const { commands: children, registeredArguments: args } = command
  // the helper adds --help and the command help, which stand in no list
  const options = command.createHelp().visibleOptions(ROLES.has(command.name()) ? roleOptions(command) : command)
  const commands = command.createHelp().visibleCommands(command)
  const place: Place = {
    path,
    commands: commands.map(child => ({ name: child.name(), description: child.description() })),
    options: options.map(option => completedOption(option, words)),
    argument: args.map(argument => kindOf(argument, words)).find(isKnown) ?? 'unknown'
  }
  return [place, ...children.flatMap(child => collect(child, `${path} ${child.name()}`, words))]
}

function roleOptions(command: Command): Command {
  return addConfigOptions(command.createCommand(command.name()))
}

function completedOption(option: Option, words: Words): CompletedOption {
  const names = [option.short, option.long].filter(name => name !== undefined)
  const takesValue = option.required || option.optional
  return { names, description: option.description, ...(takesValue && { value: kindOf(option, words) }) }
}

// the word in the help text says what is meant
function kindOf(part: Option | Argument, { presets, functions }: Words): Completed {
  if (part.argChoices !== undefined) return part.argChoices
  const word = 'flags' in part ? (/[<[]([a-z]+)/.exec(part.flags)?.[1] ?? '') : part.name()
  if (word === 'file') return 'files'
  if (word === 'folder') return 'folders'
  if (word === 'level') return LEVELS
  if (word === 'kind') return KINDS
  // not as an argument: it stands behind a peer, which no shell knows
  if (word === 'function' && 'flags' in part) return functions
  return 'flags' in part && part.long === '--preset' ? presets : 'unknown'
}

function isKnown(kind: Completed): boolean {
  return kind !== 'unknown'
}
