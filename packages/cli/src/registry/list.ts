import { Command } from 'commander'
import { registry as api } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { plainMessage } from '../api/plain-message.ts'
import { examples } from '../cluster/options.ts'
import { oneLine } from '../text-table.ts'
import { fittedTable, widthOf } from '../trust/fitted-table.ts'
import type { Field, Kind } from '@waystone/wire/registry'
import type { AskOptions } from '../admin/ask-node.ts'

/** `waystone registry ls`. */
export function listCommand(): Command {
  const command = new Command('ls')
    .description('list the kinds of records, how many there are, and by which fields they can be asked for')
    .option('--json', 'as JSON')
  return addNodeOptions(command).addHelpText('after', examples('registry ls')).action(list)
}

async function list(options: AskOptions): Promise<void> {
  await askNode(options, async ({ api: node, signal }) => {
    const answer = await node.client(api.RegistryAdminService).listKinds({}, { signal })
    if (options.json === true) printJson(plainMessage(api.RegistryAdminServiceListKindsResponseSchema, answer))
    else printLines(render(answer, widthOf(process.stdout)))
  })
}

function render({ kinds, asked, digest }: api.RegistryAdminServiceListKindsResponse, width: number): string[] {
  const own = `registry of this node${digest.length === 0 ? '' : `, digest ${Buffer.from(digest).toString('hex')}`}`
  const whose = asked.length === 0 ? own : `asked ${asked.join(', ')}`
  const table = kinds.length === 0 ? ['no kinds of records'] : fittedTable(COLUMNS, kinds, width)
  return [...table, '', oneLine(whose)]
}

const COLUMNS = [
  { heading: 'kind', cell: ({ kind }: Kind) => kind },
  { heading: 'records', cell: ({ records }: Kind) => String(records), right: true },
  { heading: 'fields', cell: ({ fields }: Kind) => fields.map(fieldText).join(', ') }
]

function fieldText({ name, type, isList }: Field): string {
  return `${name} (${type}${isList ? ' list' : ''})`
}
