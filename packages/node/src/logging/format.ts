import { format as print, inspect } from 'node:util'

/** Longer messages are cut: parts of them come from other peers. */
const MAX_MESSAGE_CHARS = 4_096
const PLACEHOLDER = /%([a-zA-Z%])/g
/** A peer's text must neither move the cursor of a terminal nor begin a line of its own. */
const CONTROL = /\p{Cc}/gu
const CONTROL_BUT_LINES = /[\p{Cc}--[\n\t]]/gv

type Formatter = (value: unknown) => string

/** The placeholders of `@libp2p/logger`, plus those of the `debug` family. */
const formatters: Record<string, Formatter> = {
  s: value => print('%s', value),
  d: value => String(Number(value)),
  i: value => String(Math.trunc(Number(value))),
  o: inspectLine,
  O: inspectLine,
  j: inspectLine,
  b: bytes,
  t: bytes,
  m: bytes,
  p: optional,
  c: optional,
  k: optional,
  a: optional,
  e: value => (value instanceof Error ? `${value.name}: ${value.message}` : optional(value))
}

/** A log message with its values filled in, on the rules of `@libp2p/logger`; values left over are appended. */
export function formatMessage(format: unknown, values: readonly unknown[]): string {
  const rest = [...values]
  const head = typeof format === 'string' ? fill(format, rest) : render(format)
  return clean([head, ...rest.map(render)].join(' '))
}

/** One line of text that is safe to show, cut to the length of a message. */
export function clean(text: string): string {
  return text.slice(0, MAX_MESSAGE_CHARS).replaceAll(CONTROL, '\uFFFD')
}

/** Like {@link clean}, but with its line breaks: for stack traces. */
export function cleanLines(text: string): string {
  return text.slice(0, MAX_MESSAGE_CHARS).replaceAll(CONTROL_BUT_LINES, '\uFFFD')
}

function fill(format: string, rest: unknown[]): string {
  return format.replaceAll(PLACEHOLDER, (whole, name: string) => {
    if (name === '%') return '%'
    const formatter = formatters[name]
    return formatter === undefined || rest.length === 0 ? whole : guarded(formatter, rest.shift())
  })
}

function render(value: unknown): string {
  if (typeof value === 'string') return value
  return value instanceof Error ? `${value.name}: ${value.message}` : guarded(inspectLine, value)
}

/** A value whose own toString throws must not take its caller down. */
function guarded(formatter: Formatter, value: unknown): string {
  try {
    return formatter(value)
  } catch {
    return '[unprintable]'
  }
}

function inspectLine(value: unknown): string {
  return inspect(value, { breakLength: Infinity, depth: 2, maxArrayLength: 20, maxStringLength: 1_000 })
}

function bytes(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : optional(value)
}

function optional(value: unknown): string {
  return value === undefined || value === null ? 'undefined' : print('%s', value)
}
