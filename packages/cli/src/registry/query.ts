import { Command, InvalidArgumentError, Option } from 'commander'
import { systemClock } from '@waystone/kit'
import { registry as api } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { examples } from '../cluster/options.ts'
import { oneLine } from '../text-table.ts'
import { readFilter } from './filter-argument.ts'
import { recordLines, shownRecord } from './record-view.ts'
import type { SignedRecord } from '@waystone/wire/registry'
import type { AskedNode, AskOptions } from '../admin/ask-node.ts'

const DEFAULT_LIMIT = 100
/** No registry hands out more at once. */
const PAGE_SIZE = 200
/** More than any registry holds: whoever hands out pages without an end is not believed. */
const MAX_RECORDS = 10_000_000

interface QueryOptions extends AskOptions {
  limit?: number
  all?: boolean
}

/** `waystone registry query`. */
export function queryCommand(): Command {
  const command = new Command('query')
    .description('print the records of a kind that match')
    .argument('<kind>', 'such as relay-advert; waystone registry ls lists them and their fields')
    .argument('[filter...]', 'what they must say; default: all of the kind')
    .addOption(
      new Option('--limit <number>', `at most so many; default ${DEFAULT_LIMIT}`).argParser(parseLimit).conflicts('all')
    )
    .option('--all', 'all of them')
    .option('--json', 'as JSON, one record a line: fields by the names that filters take, and the payload as it is')
  return addNodeOptions(command)
    .addHelpText(
      'after',
      examples(
        'registry query relay-advert',
        `registry query relay-advert 'free > 0 and region = "eu-west"' --limit 5`,
        'registry query capability --all --json'
      )
    )
    .action(query)
}

async function query(kind: string, texts: string[], options: QueryOptions): Promise<void> {
  const filter = await readFilter(texts)
  const limit = options.all === true ? MAX_RECORDS : (options.limit ?? DEFAULT_LIMIT)
  await askNode(options, async node => {
    let count = 0
    let isMore = false
    const notes = new Set<string>()
    for await (const answer of pages(node, { kind, ...(filter !== undefined && { filter }), limit })) {
      answer.records.forEach(record => print(record, options))
      for (const text of answer.notes) notes.add(text)
      count += answer.records.length
      isMore = answer.isMore
    }
    for (const text of notes) process.stderr.write(`note: ${oneLine(text)}\n`)
    if (isMore) process.stderr.write('note: there are more: see --limit and --all\n')
    if (count === 0 && options.json !== true) printLines(['no records match'])
  })
}

interface Answer {
  records: readonly SignedRecord[]
  notes: readonly string[]
  isMore: boolean
}

type Wanted = Omit<NonNullable<api.RegistryAdminServiceQueryRequest['query']>, '$typeName' | 'page'> & { limit: number }

async function* pages({ api: node, signal }: AskedNode, { limit, ...wanted }: Wanted): AsyncGenerator<Answer> {
  const client = node.client(api.RegistryAdminService)
  let cursor = ''
  for (let left = limit; left > 0;) {
    const page = { size: Math.min(left, PAGE_SIZE), cursor }
    const { answer, disagreements } = await client.query({ query: { ...wanted, page } }, { signal })
    const records = (answer?.records ?? []).slice(0, left)
    left -= records.length
    cursor = answer?.page?.nextCursor ?? ''
    yield { records, notes: disagreements, isMore: cursor !== '' }
    // a page may be short, but one without any record ends it, whatever its cursor says
    if (cursor === '' || records.length === 0) return
  }
}

function print(record: SignedRecord, { json }: QueryOptions): void {
  const shown = shownRecord(record)
  if (json === true) printJson(shown)
  else printLines(recordLines(shown, systemClock.now()))
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MAX_RECORDS) return limit
  throw new InvalidArgumentError(`must be a whole number from 1 to ${MAX_RECORDS}`)
}
