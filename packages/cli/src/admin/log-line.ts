import { oneLine } from '../text-table.ts'

/** Shown in the line's own words, or of no use to a person who follows. */
const LED = new Set(['level', 'time', 'component', 'msg', 'pid', 'hostname', 'error'])

/** A record of the node's log for people: `12:30:01.250 INFO  [waystone:node] ready  key=value`. */
export function renderLogLine(line: string): string {
  const record = parse(line)
  if (record === undefined) return oneLine(line)
  const { time, level, component, msg, error } = record
  const head = [
    timeOf(time),
    text(level).toUpperCase().padEnd(5),
    component === undefined ? '' : `[${text(component)}]`
  ]
  const rest = Object.entries(record).filter(([key]) => !LED.has(key))
  const parts = [...head, text(msg), ...rest.map(([key, value]) => `${key}=${text(value)}`), errorOf(error)]
  return oneLine(parts.filter(part => part !== '').join(' '))
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function timeOf(time: unknown): string {
  const date = typeof time === 'string' || typeof time === 'number' ? new Date(time) : new Date(Number.NaN)
  return clockTime(date.getTime())
}

/** Time of day as this machine counts it, with milliseconds; empty for what is no time. */
export function clockTime(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return ''
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(part => String(part).padStart(2, '0'))
  return `${parts.join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function text(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function errorOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  const message = 'message' in error ? text(error.message) : ''
  return 'type' in error ? `(${text(error.type)}: ${message})` : `(${message})`
}
