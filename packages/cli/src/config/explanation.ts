import type { ExplainedValue } from '@waystone/node/config'

/** A table: key, value, origin. The items of a list stand below each other. */
export function renderExplanation(rows: ExplainedValue[]): string {
  const lines = rows.flatMap(({ path, value, from }) =>
    itemsOf(value).map((item, index) => (index === 0 ? [path, item, from] : ['', item, '']))
  )
  const widths = [0, 1].map(column => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  return lines
    .map(
      line =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`
    )
    .join('')
}

/** Everything about one value. */
export function renderValue({ path, value, from, variable, description }: ExplainedValue): string {
  const items = itemsOf(value).join('\n          ')
  return `${path}: ${description}\n  value:  ${items}\n  from:   ${from}\n  set by: --set ${path}=…, ${variable}=…\n`
}

function partsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) return [value]
  return Object.entries(value).map(([key, part]) => `${key}: ${JSON.stringify(part)}`)
}

function itemsOf(value: unknown): string[] {
  if (value === undefined) return ['-']
  const items = partsOf(value)
  return items.length === 0 ? ['(empty)'] : items.map(item => (typeof item === 'string' ? item : JSON.stringify(item)))
}
