import { Command } from 'commander'
import { trust } from '@waystone/wire/admin'
import { printJson, printLines } from '../admin/output.ts'
import { plainMessage } from '../api/plain-message.ts'
import { oneLine } from '../text-table.ts'
import { addAskOptions, askTrust, examples } from './ask-trust.ts'
import { cutLines, fittedTable, widthOf } from './fitted-table.ts'
import { peerOf } from './named-peer.ts'
import { noteUnknownFunctions } from './unknown-functions.ts'
import type { AskOptions } from '../admin/ask-node.ts'
import type { FittedColumn } from './fitted-table.ts'

const ENTRIES: FittedColumn<trust.ExplainEntry>[] = [
  { heading: 'entry', cell: ({ label }) => label },
  { heading: 'level', cell: ({ level }) => level },
  { heading: 'overrides', cell: ({ trustedFunctions }) => trustedFunctions.join(',') || '-', spare: 0 },
  { heading: 'counts', cell: ({ ignored }) => (ignored === '' ? 'yes' : `no: ${ignored}`) }
]

const ANSWERS: FittedColumn<trust.ExplainAnswer>[] = [
  { heading: 'function', cell: answer => answer.function },
  { heading: 'answer', cell: ({ allow }) => (allow ? 'allowed' : 'denied') },
  { heading: 'reason', cell: ({ reason }) => reason }
]

/** `waystone trust explain`. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('say what a peer may do, and why')
    .argument('<peer>', 'peer id; label of a peer; or a multiaddr that ends in a peer id, for the address rules too')
    .argument('[function]', 'only this one, such as offer-relay')
  return addAskOptions(command)
    .addHelpText('after', examples('explain 12D3KooWEaF3… offer-relay', 'explain laptop'))
    .action(explain)
}

async function explain(peer: string, name: string | undefined, options: AskOptions): Promise<void> {
  await noteUnknownFunctions(name === undefined ? [] : [name])
  await askTrust(options, async ({ trust: client, signal }) => {
    const asked = await peerOf(peer, async label => (await client.getEntry({ entry: label }, { signal })).entry)
    const answer = await client.explain({ peer: asked, function: name ?? '' }, { signal })
    if (options.json === true) printJson(plainMessage(trust.ExplainResponseSchema, answer))
    else printLines(renderExplanation(answer, widthOf(process.stdout)))
  })
}

function renderExplanation(answer: trust.ExplainResponse, width: number): string[] {
  const { entries, rules, answers, ratedLevel } = answer
  const rated = ratedLevel === '' ? [] : [`rated as ${ratedLevel} by peers`]
  const head = [`${answer.peer} has the level ${answer.level}`, ...rated, ...rules.map(rule => `rule: ${rule}`)]
  const known = entries.length === 0 ? ['known by no entry'] : fittedTable(ENTRIES, entries, width)
  return [...cutLines(head.map(oneLine), width), '', ...known, '', ...fittedTable(ANSWERS, answers, width)]
}
