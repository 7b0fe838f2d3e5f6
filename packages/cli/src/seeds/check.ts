import { Command } from 'commander'
import { EXIT_FAILED } from '@waystone/node/exit-codes'
import { cluster as api } from '@waystone/wire/admin'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { plainMessage } from '../api/plain-message.ts'
import { examples } from '../cluster/options.ts'
import { oneLine } from '../text-table.ts'
import { askSeeds } from './ask-seeds.ts'
import type { AskOptions } from '../admin/ask-node.ts'

const RESULTS: Readonly<Record<string, string>> = {
  admitted: 'is a seed',
  'not-admitted': 'REFUSED: nobody that this node trusts',
  'wrong-peer': 'REFUSED: somebody else answers there',
  unreachable: 'cannot be reached',
  self: 'is this node itself'
}

/** Of the longest name of a source. Answers come after all sources, and each says whose it is. */
const SOURCE_WIDTH = 6

/** `waystone seeds check`. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('look at every source of addresses now and dial what it gives; fails if no seed answers')
    .option('--json', 'as JSON, one answer a line')
  return addNodeOptions(command).addHelpText('after', examples('seeds check', 'seeds check --json')).action(check)
}

async function check(options: AskOptions): Promise<void> {
  await askSeeds(options, async ({ cluster, signal }) => {
    const counts = new Map<string, number>()
    for await (const answer of cluster.checkSeeds({}, { signal })) {
      const result = answer.seed?.result
      if (result !== undefined) counts.set(result, (counts.get(result) ?? 0) + 1)
      if (options.json === true) printJson(plainMessage(api.CheckSeedsResponseSchema, answer))
      else printLines(linesOf(answer))
    }
    if (options.json !== true) printLines(['', summary(counts)])
    // the only seed of a network has nobody but itself
    if (!counts.has('admitted') && !counts.has('self')) process.exitCode = EXIT_FAILED
  })
}

function linesOf({ source, seed }: api.CheckSeedsResponse): string[] {
  return [...(source === undefined ? [] : [sourceLine(source)]), ...(seed === undefined ? [] : [seedLine(seed)])].map(
    oneLine
  )
}

function sourceLine({ source, target, found, error }: api.SeedSource): string {
  const name = target === '' ? source : `${source} ${target}`
  return error === '' ? `${name}: ${found} ${found === 1 ? 'address' : 'addresses'}` : `${name}: ${error}`
}

function seedLine({ address, source, peer, result, error, roundTripMs }: api.DialledSeed): string {
  const who = peer === '' || address.endsWith(`/${peer}`) ? '' : `  ${peer}`
  const time = roundTripMs === 0 ? '' : `, ${roundTripMs} ms`
  return `  ${source.padEnd(SOURCE_WIDTH)}  ${address}${who}  ${RESULTS[result] ?? result}${time}${error === '' ? '' : `: ${error}`}`
}

function summary(counts: ReadonlyMap<string, number>): string {
  if (counts.size === 0) return 'no source gave any address'
  return [...counts].map(([result, count]) => `${count} ${result}`).join(', ')
}
