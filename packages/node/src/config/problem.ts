import { inspect } from 'node:util'
import type { Origin } from './origin.ts'

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Dotted path of the key, or the name of the variable. */
  path: string
  value: unknown
  message: string
  /** The valid key or variable that comes closest to an unknown one. */
  nearest?: string
  origin: Origin
}

const SECRET = /pass|phrase|secret|token|mnemonic|private/i
const MAX_PATH = 120

/** One line: `relay.yaml:7:3 relayService.maxReservation = 5: unknown key; nearest is relayService.maxReservations`. */
export function formatProblem({ path, value, message, nearest, origin }: ConfigProblem): string {
  const shown =
    value === undefined ? '' : ` = ${nearest !== undefined && SECRET.test(path) ? '(not shown)' : show(value)}`
  const end = nearest === undefined ? '' : `; nearest is ${nearest}`
  return `${formatPlace(origin, path)}${printable(path)}${shown}: ${message}${end}`
}

function formatPlace({ name, line, column }: Origin, path: string): string {
  if (name === path) return ''
  return line === undefined ? `${name} ` : `${name}:${line}:${column} `
}

function show(value: unknown): string {
  const options = { depth: 1, maxArrayLength: 3, maxStringLength: 100, breakLength: Number.POSITIVE_INFINITY }
  return inspect(value, options)
}

/** Keys come from files: no control characters reach the terminal. */
function printable(path: string): string {
  const cut = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path
  return /^[\w.:-]+$/.test(cut) ? cut : inspect(cut)
}
