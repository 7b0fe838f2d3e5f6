import { Command } from 'commander'
import { systemClock } from '@waystone/kit'
import { cluster as api } from '@waystone/wire/admin'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { allPages } from '../api/pages.ts'
import { plainMessage } from '../api/plain-message.ts'
import { examples } from '../cluster/options.ts'
import { oneLine } from '../text-table.ts'
import { fittedTable, widthOf } from '../trust/fitted-table.ts'
import { formatDistance } from '../trust/times.ts'
import { askSeeds } from './ask-seeds.ts'
import type { FittedColumn } from '../trust/fitted-table.ts'
import type { AskOptions } from '../admin/ask-node.ts'

/** `waystone seeds ls`. */
export function listCommand(): Command {
  const command = new Command('ls')
    .description('list the seeds that the running node knows, and where it learns of them')
    .option('--json', 'as JSON, one seed or source a line')
  return addNodeOptions(command).addHelpText('after', examples('seeds ls', 'seeds ls --json')).action(list)
}

async function list(options: AskOptions): Promise<void> {
  await askSeeds(options, async ({ cluster, signal }) => {
    const seeds: api.KnownSeed[] = []
    let sources: api.SeedSource[] = []
    for await (const answer of allPages(page => cluster.listSeeds({ page }, { signal }))) {
      seeds.push(...answer.seeds)
      if (answer.sources.length > 0) sources = answer.sources
    }
    if (options.json === true) {
      for (const seed of seeds) printJson({ seed: plainMessage(api.KnownSeedSchema, seed) })
      for (const source of sources) printJson({ source: plainMessage(api.SeedSourceSchema, source) })
    } else printLines(renderSeeds({ seeds, sources }, systemClock.now(), widthOf(process.stdout)))
  })
}

interface Seeds {
  seeds: readonly api.KnownSeed[]
  sources: readonly api.SeedSource[]
}

function renderSeeds({ seeds, sources }: Seeds, now: number, width: number): string[] {
  const errors = seeds.filter(({ error }) => error !== '').map(seed => `${seed.peer || whereOf(seed)}: ${seed.error}`)
  const faults = sources
    .filter(({ error }) => error !== '')
    .map(({ source, target, error }) => `${source} ${target}: ${error}`)
  return [
    ...(seeds.length === 0 ? ['no seeds are known'] : fittedTable(seedColumns(now), seeds, width)),
    '',
    ...(sources.length === 0 ? ['no source of addresses is in use'] : fittedTable(sourceColumns(now), sources, width)),
    ...[...errors, ...faults].map((text, index) => (index === 0 ? `\n${oneLine(text)}` : oneLine(text)))
  ]
}

function seedColumns(now: number): FittedColumn<api.KnownSeed>[] {
  return [
    { heading: 'peer id', cell: ({ peer }) => peer || '?' },
    { heading: 'from', cell: ({ sources }) => sources.join(' ') },
    { heading: 'admitted', cell: ({ isAdmitted }) => yesNo(isAdmitted) },
    { heading: 'connected', cell: ({ isConnected }) => yesNo(isConnected) },
    { heading: 'held', cell: ({ isHeld }) => yesNo(isHeld), spare: 1 },
    { heading: 'standing', cell: ({ standing }) => (standing === undefined ? '-' : standing.toFixed(2)), right: true },
    { heading: 'next try', cell: ({ nextTryAt }) => when(nextTryAt, now), spare: 2 },
    { heading: 'addresses', cell: whereOf, spare: 0 }
  ]
}

function sourceColumns(now: number): FittedColumn<api.SeedSource>[] {
  return [
    { heading: 'source', cell: ({ source }) => source },
    { heading: 'target', cell: ({ target }) => target || '-' },
    { heading: 'found', cell: ({ found }) => String(found), right: true },
    { heading: 'admitted', cell: ({ admitted }) => String(admitted), right: true },
    { heading: 'refused', cell: ({ refused }) => String(refused), right: true },
    { heading: 'next look', cell: ({ nextLookAt }) => when(nextLookAt, now), spare: 0 }
  ]
}

function whereOf({ addresses }: api.KnownSeed): string {
  return addresses.join(' ') || '-'
}

function yesNo(is: boolean): string {
  return is ? 'yes' : 'no'
}

function when(at: bigint, now: number): string {
  return at === 0n ? '-' : formatDistance(Number(at), now)
}
