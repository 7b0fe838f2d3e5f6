import { Command } from 'commander'
import { printJson, printLines } from '../admin/output.ts'
import { oneLine } from '../text-table.ts'
import { examples } from './ask-trust.ts'
import { fittedTable, widthOf } from './fitted-table.ts'
import { readTrustFile } from './trust-file.ts'
import type { TrustFile, TrustFileNode } from '@waystone/trust-acl'
import type { FittedColumn } from './fitted-table.ts'

interface Row extends TrustFileNode {
  entity: string
}

const COLUMNS: FittedColumn<Row>[] = [
  { heading: 'node', cell: ({ label }) => label },
  { heading: 'entity', cell: ({ entity }) => entity, spare: 0 },
  { heading: 'peer id', cell: ({ peer }) => peer },
  { heading: 'strict', cell: ({ remotesStrict }) => (remotesStrict ? 'yes' : 'no'), spare: 1 },
  { heading: 'addresses', cell: ({ remotes }) => remotes.join(' ') || '-' }
]

/** `waystone trust check`. */
export function checkCommand(): Command {
  return new Command('check')
    .description('check a trust file and show what is in it; needs no node')
    .argument('<file>', 'JSON, at most 1 MiB')
    .option('--json', 'as JSON')
    .addHelpText('after', examples('check cluster.json'))
    .action(check)
}

async function check(path: string, { json }: { json?: boolean }): Promise<void> {
  const { file, bytes } = await readTrustFile(path)
  const { rawCid } = await import('@waystone/trust-acl/offline')
  const cid = String(await rawCid(bytes))
  if (json === true) return printJson({ cid, bytes: bytes.length, ...file })
  printLines(render(file, cid, widthOf(process.stdout)))
}

function render({ description, contact, entities }: TrustFile, cid: string, width: number): string[] {
  const rows = entities.flatMap(({ entity, nodes }) => nodes.map(node => ({ ...node, entity })))
  const head = [
    ...(description === '' ? [] : [`description  ${description}`]),
    ...contact.map(way => `contact      ${way}`),
    `cid          ${cid}`,
    `nodes        ${rows.length}`
  ].map(oneLine)
  return rows.length === 0 ? head : [...head, '', ...fittedTable(COLUMNS, rows, width)]
}
