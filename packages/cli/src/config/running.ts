import { parse } from 'yaml'
import { terminalText } from '@waystone/kit/terminal-text'
import { explainPath, loadConfig } from '@waystone/node/config'
import { askNode } from '../admin/ask-node.ts'
import { textTable } from '../text-table.ts'
import { toJson } from './to-json.ts'
import type { ConfigValue } from '@waystone/wire/admin'
import type { AskOptions } from '../admin/ask-node.ts'
import type { TextColumn } from '../text-table.ts'

const COLUMNS: TextColumn<ConfigValue>[] = [
  { heading: 'key', cell: ({ path }) => path },
  { heading: 'value', cell: ({ value }) => textOf(parsed(value)) },
  { heading: 'from', cell: ({ origin }) => origin || 'not set' }
]

/** `waystone config print --running`. */
export async function printRunning(options: AskOptions): Promise<void> {
  await askNode(options, async ({ admin, signal }) => {
    const { yaml } = await admin.getConfig({}, { signal })
    process.stdout.write(options.json === true ? toJson(parse(yaml)) : terminalText(yaml))
  })
}

/**
 * `waystone config explain --running`.
 *
 * @throws ConfigInvalidError when the path is unknown
 */
export async function explainRunning(path: string | undefined, options: AskOptions): Promise<void> {
  const rows = await askNode(options, async ({ admin, signal }) => (await admin.getConfig({}, { signal })).values)
  const chosen = rows.filter(row => path === undefined || row.path === path || row.path.startsWith(`${path}.`))
  // a node of another version may have keys of its own: only what neither knows is wrong
  if (chosen.length === 0 && path !== undefined) explainPath(await loadConfig(), path)
  const objects = chosen.map(row => ({ path: row.path, value: parsed(row.value), from: row.origin }))
  process.stdout.write(
    options.json === true
      ? toJson(objects)
      : textTable(COLUMNS, chosen)
          .map(line => `${line}\n`)
          .join('')
  )
}

function parsed(value: string): unknown {
  return value === '' ? undefined : JSON.parse(value)
}

function textOf(value: unknown): string {
  if (value === undefined) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
