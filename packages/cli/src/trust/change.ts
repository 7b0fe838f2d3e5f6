import { Code } from '@connectrpc/connect'
import { Command, Option } from 'commander'
import { WaystoneError } from '@waystone/interface'
import { systemClock } from '@waystone/kit'
import { EXIT_BAD_CONFIG, EXIT_FAILED } from '@waystone/node/exit-codes'
import { describeRpcFailure } from '@waystone/rpc'
import { printJson, printLines } from '../admin/output.ts'
import { oneLine } from '../text-table.ts'
import { addAskOptions, askTrust, examples } from './ask-trust.ts'
import { addEntryOptions, collect, functionsOf } from './entry-options.ts'
import { describeEntry } from './entry-page.ts'
import { entryObject, renderEntries } from './entry-text.ts'
import { widthOf } from './fitted-table.ts'
import { changedFunctions } from './overrides.ts'
import { pubkeyOf } from './pubkey.ts'
import { noteUnknownFunctions } from './unknown-functions.ts'
import type { trust } from '@waystone/wire/admin'
import type { AskOptions } from '../admin/ask-node.ts'
import type { AskedTrust } from './ask-trust.ts'
import type { EntryOptions } from './entry-options.ts'

interface AddOptions extends AskOptions, EntryOptions {
  kind?: string
}

interface SetOptions extends AskOptions, EntryOptions {
  label?: string
  clear?: string[]
}

/** `waystone trust set` without a flag that changes anything. */
class NothingToChangeError extends WaystoneError {
  static override readonly name = 'NothingToChangeError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** `waystone trust add`. */
export function addCommand(): Command {
  const command = new Command('add')
    .description('trust a peer, or everybody in a trust file')
    .argument('<label>', 'what you call it')
    .argument('<pubkey>', 'IPNS name of a trust file (k51…), or a peer: id or multiaddr')
    .addOption(new Option('--kind <kind>', 'what the pubkey is; default: by its form').choices(['file', 'peer']))
  return addAskOptions(addEntryOptions(command, { level: 'needed' }))
    .addHelpText(
      'after',
      examples(
        'add cluster k51qzi5uqu5… --level advanced',
        'add laptop 12D3KooWEaF3… --level trusted --allow offer-relay --lifetime 30d'
      )
    )
    .action(add)
}

/** `waystone trust set`. */
export function setCommand(): Command {
  const command = new Command('set')
    .description('change an entry, or give a peer one; what is no longer allowed ends at once')
    .argument('<entry>', 'label, IPNS name or peer id')
    .option('--label <text>', 'another name for it')
    .option('--clear <function>', 'back to what its level may; may be repeated', collect)
  return addAskOptions(addEntryOptions(command, { level: 'optional' }))
    .addHelpText('after', examples('set 12D3KooWEaF3… --level blocked', 'set laptop --deny use-as-relay'))
    .action(set)
}

/** `waystone trust rm`. */
export function removeCommand(): Command {
  const command = new Command('rm')
    .description('forget an entry; whom it alone spoke for is a stranger again')
    .argument('<entry>', 'label, IPNS name or peer id')
  return addAskOptions(command).action(remove)
}

/** `waystone trust fetch`. */
export function fetchCommand(): Command {
  const command = new Command('fetch')
    .description('look for newer trust files now')
    .argument('[entry]', 'only this one: label or IPNS name')
  return addAskOptions(command)
    .addHelpText('after', `\nEnds with ${EXIT_FAILED} if one of them could not be fetched.`)
    .action(fetchNow)
}

async function add(label: string, pubkey: string, options: AddOptions): Promise<void> {
  const named = pubkeyOf(pubkey, options.kind)
  await noteUnknownFunctions([...(options.allow ?? []), ...(options.deny ?? [])])
  const { level: trustlevel = '', lifetime, address = [] } = options
  await askTrust(options, async ({ trust: client, signal }) => {
    const { entry } = await client.addEntry(
      {
        label,
        ...named,
        trustlevel,
        trustedFunctions: functionsOf(options),
        addresses: [...named.addresses, ...address],
        ...(typeof lifetime === 'number' && { trustLifetimeMs: BigInt(lifetime) }),
        ...cacheLifetimeOf(options)
      },
      { signal }
    )
    tell(options, 'added', entry)
  })
}

async function set(name: string, options: SetOptions): Promise<void> {
  const { level: trustlevel, lifetime, address, label } = options
  assertChanges(options)
  await noteUnknownFunctions([...(options.allow ?? []), ...(options.deny ?? [])])
  await askTrust(options, async node => {
    const functions = await changedFunctions(options, async () => (await find(node, name))?.trustedFunctions ?? [])
    const { entry, closedConnections, closedStreams } = await node.trust.setEntry(
      {
        entry: name,
        ...(label !== undefined && { label }),
        ...(trustlevel !== undefined && { trustlevel }),
        ...(functions !== undefined && { trustedFunctions: functions, setFunctions: true }),
        ...(typeof lifetime === 'number' && { trustLifetimeMs: BigInt(lifetime) }),
        trustLifetimeInfinite: lifetime === 'forever',
        ...cacheLifetimeOf(options),
        ...(address !== undefined && { addresses: address, setAddresses: true })
      },
      { signal: node.signal }
    )
    tell(options, 'changed', entry, { closedConnections, closedStreams })
  })
}

async function remove(entry: string, options: AskOptions): Promise<void> {
  await askTrust(options, async ({ trust: client, signal }) => {
    await client.removeEntry({ entry }, { signal })
    if (options.json === true) printJson({ event: 'removed', entry })
    else printLines([oneLine(`removed ${entry}`)])
  })
}

async function fetchNow(entry: string | undefined, options: AskOptions): Promise<void> {
  await askTrust(options, async ({ trust: client, signal }) => {
    const { entries } = await client.fetchEntry({ entry: entry ?? '' }, { signal })
    if (options.json === true) entries.forEach(each => printJson(entryObject(each)))
    else if (entries.length === 0) printLines(['no trust files to fetch: no entry names one'])
    else printLines(renderEntries(entries, systemClock.now(), widthOf(process.stdout)))
    if (entries.some(({ status }) => status !== undefined && status.error !== '')) process.exitCode = EXIT_FAILED
  })
}

async function find({ trust: client, signal }: AskedTrust, entry: string): Promise<trust.TrustEntry | undefined> {
  try {
    return (await client.getEntry({ entry }, { signal })).entry
  } catch (error) {
    if (describeRpcFailure(error).code === Code.NotFound) return undefined
    throw error
  }
}

function cacheLifetimeOf({ cacheLifetime }: EntryOptions): { cacheLifetimeMs?: bigint } {
  return cacheLifetime === undefined ? {} : { cacheLifetimeMs: BigInt(cacheLifetime) }
}

function tell(
  { json }: AskOptions,
  event: string,
  entry: trust.TrustEntry | undefined,
  closed: { closedConnections?: number; closedStreams?: number } = {}
): void {
  if (entry === undefined) return
  if (json === true) return printJson({ event, ...closed, entry: entryObject(entry) })
  const { closedConnections = 0, closedStreams = 0 } = closed
  printLines([`${event} ${describeEntry(entry, systemClock.now())}`, ...closedText(closedConnections, closedStreams)])
}

/** What ended with the change. A reservation or a circuit on this node counts as a stream. */
function closedText(connections: number, streams: number): string[] {
  const parts = [
    counted(connections, 'connection'),
    counted(streams, 'stream or reservation', 'streams or reservations')
  ]
  const some = parts.filter(part => !part.startsWith('0 '))
  return some.length === 0 ? [] : [`closed ${some.join(' and ')}`]
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

const CHANGES = ['level', 'allow', 'deny', 'clear', 'lifetime', 'cacheLifetime', 'address', 'label'] as const

function assertChanges(options: SetOptions): void {
  if (CHANGES.some(name => options[name] !== undefined)) return
  throw new NothingToChangeError('there is nothing to change', {
    hint: 'say what, such as --level blocked or --deny offer-relay'
  })
}
