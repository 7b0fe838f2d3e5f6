import { InvalidArgumentError, Option } from 'commander'
import { longDuration } from '@waystone/node/config'
import type { Command } from 'commander'

/** From least to most; strangers have `none`, which no entry gives. */
export const ENTRY_LEVELS = ['blocked', 'peer', 'marginal', 'trusted', 'advanced', 'ultimate']

/** What {@link addEntryOptions} adds. */
export interface EntryOptions {
  level?: string
  allow?: string[]
  deny?: string[]
  lifetime?: number | 'forever'
  cacheLifetime?: number
  address?: string[]
}

/** The flags that say what an entry is. */
export function addEntryOptions(command: Command, { level }: { level: 'needed' | 'optional' }): Command {
  const levelOption = new Option('--level <level>', 'how far it is trusted').choices(ENTRY_LEVELS)
  return command
    .addOption(levelOption.makeOptionMandatory(level === 'needed'))
    .option('--allow <function>', 'it may do this whatever its level; may be repeated', collect)
    .option('--deny <function>', 'it may not do this whatever its level; may be repeated', collect)
    .option('--lifetime <duration>', 'how long the level is valid, such as 12h or 30d; or forever', parseLifetime)
    .option('--cache-lifetime <duration>', 'how long a trust file is used without a newer one', parseDuration)
    .option('--address <multiaddr>', 'where a single peer is; may be repeated', collect)
}

/** For an option that may be repeated. */
export function collect(text: string, earlier: string[] = []): string[] {
  return [...earlier, text]
}

/** A duration from 1ms to 730d, in milliseconds. */
export function parseDuration(text: string): number {
  const parsed = longDuration.safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? 'must be a duration')
  return parsed.data
}

/** Overrides as the admin API has them. */
export function functionsOf({ allow = [], deny = [] }: EntryOptions): string[] {
  return [...allow, ...deny.map(name => `-${name}`)]
}

function parseLifetime(text: string): number | 'forever' {
  return text === 'forever' ? text : parseDuration(text)
}
