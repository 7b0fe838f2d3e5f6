import { Command, Option } from 'commander'
import { systemClock } from '@waystone/kit'
import { EXIT_FAILED } from '@waystone/node/exit-codes'
import { trust } from '@waystone/wire/admin'
import { printJson, printLines } from '../admin/output.ts'
import { plainMessage } from '../api/plain-message.ts'
import { oneLine } from '../text-table.ts'
import { addAskOptions, askTrust, examples } from './ask-trust.ts'
import { parseDuration } from './entry-options.ts'
import { parseKeyName } from './key-name.ts'
import { parts } from './parts.ts'
import { readInputFile } from './read-file.ts'
import { parseSequence, signToFile } from './sign-offline.ts'
import { formatDistance, formatTime } from './times.ts'
import { readTrustFile } from './trust-file.ts'
import type { AskOptions } from '../admin/ask-node.ts'
import type { SignOptions } from './sign-offline.ts'

/** The largest IPNS record, in bytes (https://specs.ipfs.tech/ipns/ipns-record/#record-size-limit). */
const MAX_RECORD_BYTES = 10 * 1024
/** The key that is taken unless one is named. */
const DEFAULT_KEY = 'trust'

interface PublishOptions extends AskOptions, SignOptions {
  key?: string
  record?: string
  signOffline?: string
}

/** `waystone trust publish`. */
export function publishCommand(): Command {
  const command = new Command('publish')
    .description('publish a trust file over IPNS, under a key of the node or by a record signed elsewhere')
    .argument('<file>', 'the trust file: JSON, at most 1 MiB')
    .option('--key <name>', `key of the node, made if there is none; default ${DEFAULT_KEY}`, parseKeyName)
    .option('--ttl <duration>', 'how long others may use it before they look again; at least 24h counts', parseDuration)
    .option('--lifetime <duration>', 'how long the record is valid; default 30d', parseDuration)
    .addOption(new Option('--record <file>', 'publish this signed record').conflicts(['key', 'ttl', 'lifetime']))
    .addOption(offline('--sign-offline <file>', 'sign a record into this file, without a node').conflicts('record'))
    .option('--key-file <file>', 'with --sign-offline: the key')
    .option('--passphrase-file <file>', 'with --sign-offline: the passphrase of the key')
    .option('--sequence <number>', 'with --sign-offline: higher than the last one', parseSequence)
  return addAskOptions(command).addHelpText('after', EXAMPLES).action(publish)
}

const EXAMPLES = examples(
  'publish cluster.json --key cluster',
  'publish cluster.json --sign-offline cluster.record --key-file cluster.key --sequence 2',
  'publish cluster.json --record cluster.record'
)

function offline(flags: string, description: string): Option {
  return new Option(flags, description).conflicts('key')
}

async function publish(path: string, options: PublishOptions): Promise<void> {
  const { bytes } = await readTrustFile(path)
  if (options.signOffline !== undefined) return await signToFile(bytes, options.signOffline, options)
  const record = options.record === undefined ? undefined : await readInputFile(options.record, MAX_RECORD_BYTES)
  const head = record === undefined ? keyHead(options) : { record }
  await askTrust(options, async ({ trust: client, signal }) => {
    const answer = await client.publish(
      parts(bytes, head, file => ({ file })),
      { signal }
    )
    if (options.json === true) printJson({ event: 'published', ...plainMessage(trust.PublishResponseSchema, answer) })
    else printLines(render(answer, systemClock.now()))
    // a lone node does what it can; one whose peers refuse goes on too, but whoever waits for it should know
    if (answer.published.length === 0 && answer.failures.length > 0) process.exitCode = EXIT_FAILED
  })
}

function keyHead({ key = DEFAULT_KEY, ttl, lifetime }: PublishOptions): object {
  return {
    key,
    ...(ttl !== undefined && { ttlMs: BigInt(ttl) }),
    ...(lifetime !== undefined && { lifetimeMs: BigInt(lifetime) })
  }
}

function render(
  { name, cid, sequence, validUntil, published, failures }: trust.PublishResponse,
  now: number
): string[] {
  const until = Number(validUntil)
  const nobody =
    failures.length > 0
      ? 'nobody has taken it yet; this node keeps it and tries again'
      : 'warning: no peer is connected; this node keeps it and hands it over as soon as one is'
  const ways = published.length === 0 ? nobody : published.join(', ')
  return [
    `name         ${name}`,
    `cid          ${cid}`,
    `sequence     ${sequence}`,
    `valid until  ${formatTime(until)} (${formatDistance(until, now)})`,
    `published    ${ways}`,
    ...failures.map(failure => `failed       ${failure}`)
  ].map(oneLine)
}
