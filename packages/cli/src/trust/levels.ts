import { Command } from 'commander'
import { loadConfig } from '@waystone/node/config'
import { trust } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { printJson, printLines } from '../admin/output.ts'
import { addApiOptions, findNodeApi } from '../api/index.ts'
import { addConfigOptions, configSourcesFrom } from '../config-options.ts'
import { examples } from './ask-trust.ts'
import { fittedTable, widthOf } from './fitted-table.ts'
import type { AskOptions } from '../admin/ask-node.ts'
import type { FittedColumn } from './fitted-table.ts'

type Matrix = Pick<trust.GetLevelsResponse, 'levels'> & {
  functions: Pick<trust.FunctionRow, 'function' | 'description' | 'allowed' | 'overridden'>[]
}

/** `waystone trust levels`. */
export function levelsCommand(): Command {
  const command = new Command('levels')
    .description('show which level may do what: on the running node, or else by a configuration')
    .option('--json', 'as JSON')
  return addApiOptions(addConfigOptions(command))
    .addHelpText('after', examples('levels', 'levels --preset relay'))
    .action(levels)
}

async function levels(options: AskOptions): Promise<void> {
  const running = (await findNodeApi(options)) !== undefined
  const matrix = running ? await ofRunning(options) : await ofConfig(options)
  if (options.json === true) return printJson(matrixObject(matrix))
  if (!running) process.stderr.write('note: no node runs, so this is the matrix of the configuration\n')
  printLines(renderMatrix(matrix, widthOf(process.stdout)))
}

async function ofRunning(options: AskOptions): Promise<Matrix> {
  return await askNode(
    options,
    async ({ api, signal }) => await api.client(trust.TrustService).getLevels({}, { signal })
  )
}

/** The matrix as lines: `yes` where a level may. */
export function renderMatrix({ levels: names, functions }: Matrix, width: number): string[] {
  const cells = names.map((level): FittedColumn<Matrix['functions'][number]> => {
    return { heading: level, cell: ({ allowed }) => (allowed.includes(level) ? 'yes' : '-') }
  })
  return fittedTable(
    [
      { heading: 'function', cell: row => `${row.function}${row.overridden ? ' *' : ''}` },
      ...cells,
      { heading: 'what it allows', cell: ({ description }) => description, spare: 0 }
    ],
    functions,
    width
  ).concat(functions.some(({ overridden }) => overridden) ? ['* changed by the configuration'] : [])
}

async function ofConfig(options: AskOptions): Promise<Matrix> {
  const [{ config }, { FunctionMatrix, LEVELS }] = await Promise.all([
    loadConfig(configSourcesFrom(options)),
    import('@waystone/trust-acl/offline')
  ])
  const { rows } = new FunctionMatrix(config.trust.matrix)
  return { levels: [...LEVELS], functions: rows.map(row => ({ ...row, allowed: [...row.allowed] })) }
}

function matrixObject({ levels: names, functions }: Matrix): object {
  const rows = functions.map(({ function: name, description, allowed, overridden }) => {
    return { function: name, description, allowed, overridden }
  })
  return { levels: names, functions: rows }
}
