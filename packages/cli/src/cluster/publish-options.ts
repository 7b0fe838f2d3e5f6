import { addNodeOptions } from '../api/index.ts'
import { parseDuration } from '../trust/entry-options.ts'
import { parseSequence } from '../trust/sign-offline.ts'
import { addSealOption } from './options.ts'
import type { Command } from 'commander'
import type { ApiOptions } from '../api/index.ts'
import type { SealOptions } from './options.ts'

export interface PublishOptions extends ApiOptions, SealOptions {
  /** In milliseconds. */
  lifetime?: number
  sequence?: bigint
  offline?: boolean
  json?: boolean
}

/** The flags of whatever signs and publishes. */
export function addPublishOptions(command: Command): Command {
  command
    .option('--lifetime <duration>', 'how long what is signed is valid; default 90d', parseDuration)
    .option('--sequence <number>', 'default: one more than the last; only if that was lost', parseSequence)
    .option('--offline', 'only sign: ask no running node, copy the files yourself')
  return addNodeOptions(addSealOption(command))
}
