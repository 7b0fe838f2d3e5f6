import { Command } from 'commander'
import { systemClock } from '@waystone/kit'
import { trust } from '@waystone/wire/admin'
import { printJson, printLines } from '../admin/output.ts'
import { allPages } from '../api/pages.ts'
import { plainMessage } from '../api/plain-message.ts'
import { addAskOptions, askTrust, examples } from './ask-trust.ts'
import { entryObject, renderEntries } from './entry-text.ts'
import { renderEntryPage } from './entry-page.ts'
import { widthOf } from './fitted-table.ts'
import type { AskOptions } from '../admin/ask-node.ts'
import type { AskedTrust } from './ask-trust.ts'

/** Nodes of a trust file that are shown without `--nodes`. */
const SHOWN_NODES = 20

interface ShowOptions extends AskOptions {
  nodes?: boolean
}

/** `waystone trust ls`. */
export function listCommand(): Command {
  return addAskOptions(new Command('ls').description('list the entries of the trust database')).action(list)
}

/** `waystone trust show`. */
export function showCommand(): Command {
  const command = new Command('show')
    .description('show an entry and, for a trust file, the nodes in it')
    .argument('<entry>', 'label, IPNS name or peer id')
    .option('--nodes', 'all nodes of a trust file, not only the first ones')
  return addAskOptions(command).addHelpText('after', examples('show cluster --nodes')).action(show)
}

async function list(options: AskOptions): Promise<void> {
  await askTrust(options, async ({ trust: client, signal }) => {
    const found: trust.TrustEntry[] = []
    for await (const { entries } of allPages(page => client.listEntries({ page }, { signal }))) {
      if (options.json === true) entries.forEach(entry => printJson(entryObject(entry)))
      else found.push(...entries)
    }
    if (options.json !== true) printLines(renderEntries(found, systemClock.now(), widthOf(process.stdout)))
  })
}

async function show(name: string, options: ShowOptions): Promise<void> {
  await askTrust(options, async node => {
    const { entry, description, contact } = await node.trust.getEntry({ entry: name }, { signal: node.signal })
    if (entry === undefined) return
    const most = options.nodes === true || options.json === true ? Infinity : SHOWN_NODES
    const nodes = entry.kind === 'file' ? await nodesOf(node, name, most) : []
    const page = { entry, description, contact, nodes }
    if (options.json === true) return printJson(pageObject(page))
    printLines(renderEntryPage(page, systemClock.now(), widthOf(process.stdout)))
  })
}

async function nodesOf({ trust: client, signal }: AskedTrust, entry: string, most: number): Promise<trust.TrustNode[]> {
  const found: trust.TrustNode[] = []
  for await (const { nodes } of allPages(page => client.listNodes({ entry, page }, { signal }))) {
    found.push(...nodes)
    if (found.length >= most) return found.slice(0, most)
  }
  return found
}

function pageObject({ entry, nodes, ...rest }: Parameters<typeof renderEntryPage>[0]): Record<string, unknown> {
  return { ...entryObject(entry), ...rest, nodes: nodes.map(node => plainMessage(trust.TrustNodeSchema, node)) }
}
