import { Code, ConnectError } from '@connectrpc/connect'
import { Command } from 'commander'
import { backoffDelay, systemClock, systemRandom } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { registry as api } from '@waystone/wire/admin'
import { followNode } from '../admin/ask-node.ts'
import { clockTime } from '../admin/log-line.ts'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions, requireNodeApi } from '../api/index.ts'
import { examples } from '../cluster/options.ts'
import { oneLine } from '../text-table.ts'
import { readFilter } from './filter-argument.ts'
import { nameObject, recordLines, shownRecord } from './record-view.ts'
import type { Filter, WatchResponse } from '@waystone/wire/registry'
import type { AskedNode, AskOptions } from '../admin/ask-node.ts'
import type { NodeApi } from '../api/index.ts'

/** Waits until the node is asked again, in milliseconds. */
const RETRY = { baseMs: 500, maxMs: 10_000 }
/** Failures that another attempt would meet again. */
const FINAL = new Set([Code.InvalidArgument, Code.Unauthenticated, Code.PermissionDenied, Code.Unimplemented])

/** `waystone registry watch`. */
export function watchCommand(): Command {
  const command = new Command('watch')
    .description('print the records of a kind, then what changes, until Ctrl-C; goes on after the node was restarted')
    .argument('<kind>', 'such as relay-advert')
    .argument('[filter...]', 'what they must say; default: all of the kind')
    .option('--json', 'as JSON, one change a line')
  return addNodeOptions(command)
    .addHelpText('after', examples('registry watch relay-advert', `registry watch capability 'busy-slots < 4' --json`))
    .action(watch)
}

async function watch(kind: string, texts: string[], options: AskOptions): Promise<void> {
  const filter = await readFilter(texts)
  await followNode(options, async node => {
    for await (const change of changes(node, { kind, filter, options })) print(change, options)
  })
}

interface Watched {
  kind: string
  filter: Filter | undefined
  options: AskOptions
}

/** Changes of as many streams as it takes, each going on where the last one ended. */
async function* changes({ api: first, signal }: AskedNode, watched: Watched): AsyncGenerator<WatchResponse> {
  const place = { resume: '' }
  let node: NodeApi | undefined = first
  for (let failures = 0; ;) {
    try {
      node ??= await requireNodeApi(watched.options)
      for await (const change of stream(node, watched, { place, signal })) {
        failures = 0
        yield change
      }
      process.stderr.write('note: the node has ended this; asking again\n')
    } catch (error) {
      signal.throwIfAborted()
      // nothing has come yet: the command itself is wrong
      if (place.resume === '' || FINAL.has(ConnectError.from(error).code)) throw error
      if (failures === 0) process.stderr.write(`note: ${oneLine(messageOf(error))}; trying again\n`)
    }
    // another process by now, at another address and with another token
    node = undefined
    await systemClock.sleep(backoffDelay(failures++, RETRY, systemRandom.number()), { signal })
  }
}

async function* stream(
  node: NodeApi,
  { kind, filter }: Watched,
  { place, signal }: { place: { resume: string }; signal: AbortSignal }
): AsyncGenerator<WatchResponse> {
  const wanted = { kind, resume: place.resume, ...(filter !== undefined && { filter }) }
  for await (const { change } of node.client(api.RegistryAdminService).watch({ watch: wanted }, { signal })) {
    if (change === undefined) continue
    if (change.resume !== '') place.resume = change.resume
    yield change
  }
}

function print({ change }: WatchResponse, { json }: AskOptions): void {
  const now = systemClock.now()
  if (change.case === 'put') {
    const record = shownRecord(change.value)
    if (json === true) printJson({ change: 'put', record })
    else printLines(recordLines(record, now).map((line, index) => (index === 0 ? `${clockTime(now)} + ${line}` : line)))
  } else if (change.case === 'gone') {
    const name = nameObject(change.value)
    if (json === true) printJson({ change: 'gone', name })
    else printLines([oneLine(`${clockTime(now)} - ${[name.kind, name.peer, name.key].join('  ').trimEnd()}`)])
  } else if (change.case !== undefined) {
    if (json === true) printJson({ change: change.case })
    else printLines([`${clockTime(now)} ${MARKS[change.case]}`])
  }
}

const MARKS = { current: 'that is what is there now', reset: 'begins anew: forget what was printed before' } as const
