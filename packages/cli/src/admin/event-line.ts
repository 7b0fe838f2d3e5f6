import { clockTime } from './log-line.ts'
import { oneLine } from '../text-table.ts'
import type { WatchEventsResponse } from '@waystone/wire/admin'

/** An event for people: `12:30:01.250 peer:connect peer=12D3KooW…`. */
export function describeEvent({ atMs, kind, detail }: WatchEventsResponse): string {
  const facts = Object.entries(parseDetail(detail)).map(([key, value]) => `${key}=${text(value)}`)
  return oneLine([clockTime(Number(atMs)), kind, ...facts].join(' '))
}

/** An event for programs. */
export function eventObject({ atMs, kind, detail, dropped }: WatchEventsResponse): Record<string, unknown> {
  return { atMs: Number(atMs), kind, detail: parseDetail(detail), dropped: Number(dropped) }
}

function parseDetail(detail: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(detail)
    return typeof value === 'object' && value !== null ? { ...value } : { value }
  } catch {
    return detail === '' ? {} : { detail }
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
