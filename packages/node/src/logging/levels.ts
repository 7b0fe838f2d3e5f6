import type { Config } from '../config/schema.ts'

/** A level that a record can have. */
export type RecordLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'
/** A level that a log can be set to. */
export type LogLevel = Config['log']['level']

/** In order: a log writes records of its own level and of those behind it. */
export const LOG_LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'silent']

const RANKS = new Map<string, number>(LOG_LEVELS.map((level, rank) => [level, rank]))

/** How much something matters; unknown levels matter as much as none. */
export function rankOf(level: string): number {
  return RANKS.get(level) ?? LOG_LEVELS.length
}

export function isLogLevel(text: string): text is LogLevel {
  return RANKS.has(text)
}
