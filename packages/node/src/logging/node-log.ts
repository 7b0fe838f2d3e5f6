import { systemClock } from '@waystone/kit'
import { Watchers } from '../events/watch.ts'
import { createLogger } from './component-logger.ts'
import { clean, cleanLines, formatMessage } from './format.ts'
import { LOG_LEVELS, rankOf } from './levels.ts'
import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Logger as Pino } from 'pino'
import type { Watch } from '../events/watch.ts'
import type { LogLevel, RecordLevel } from './levels.ts'

/** A slow watcher may be this many records behind before the oldest are dropped: 8 MiB of the longest. */
const MAX_WAITING = 1_000

/** Components that are remembered: libp2p asks for the same few again and again. */
const MAX_LOGGERS = 500

/** One record as a line of JSON. */
export interface LogLine {
  level: RecordLevel
  line: string
}

/**
 * libp2p's logger on top of pino, whose level can be changed and whose records
 * can be watched while it runs. Both reach loggers that were made before.
 */
export class NodeLog implements ComponentLogger {
  readonly #pino: Pino
  readonly #clock: Clock
  readonly #loggers = new Map<string, Logger>()
  readonly #watchers = new Watchers<LogLine>()
  /** What each watcher wants, as a rank. */
  readonly #wanted = new Map<symbol, number>()
  /** Lowest rank that anybody wants. */
  #floor: number

  constructor(pino: Pino, clock: Clock = systemClock) {
    this.#pino = pino
    this.#clock = clock
    this.#floor = rankOf(pino.level)
  }

  forComponent(name: string): Logger {
    const known = this.#loggers.get(name)
    if (known !== undefined) return known
    const logger = createLogger(this, name)
    if (this.#loggers.size < MAX_LOGGERS) this.#loggers.set(name, logger)
    return logger
  }

  /** The lowest level that is written. */
  get level(): LogLevel {
    return LOG_LEVELS[rankOf(this.#pino.level)] ?? 'silent'
  }

  set level(level: LogLevel) {
    this.#pino.level = level
    this.#measure()
  }

  isEnabled(level: RecordLevel): boolean {
    return rankOf(level) >= this.#floor
  }

  write(level: RecordLevel, component: string, format: unknown, values: unknown[]): void {
    if (!this.isEnabled(level)) return
    const error = values.find(value => value instanceof Error)
    const fields = { component, ...(error && { error: describeError(error) }) }
    const msg = formatMessage(format, values)
    this.#pino[level](fields, msg)
    if (this.#watchers.size > 0) this.#watchers.push({ level, line: this.#lineOf(level, fields, msg) })
  }

  /** Records from a level on; what is written elsewhere stays as it is. */
  watch(from: LogLevel): Watch<LogLine> {
    const rank = rankOf(from)
    const key = Symbol(from)
    this.#want(key, rank)
    return this.#watchers.open({
      maxWaiting: MAX_WAITING,
      accepts: ({ level }) => rankOf(level) >= rank,
      onClose: () => this.#want(key, undefined)
    })
  }

  #want(key: symbol, rank: number | undefined): void {
    if (rank === undefined) this.#wanted.delete(key)
    else this.#wanted.set(key, rank)
    this.#measure()
  }

  #measure(): void {
    this.#floor = Math.min(rankOf(this.#pino.level), ...this.#wanted.values())
  }

  #lineOf(level: RecordLevel, fields: object, msg: string): string {
    return JSON.stringify({ level, time: new Date(this.#clock.now()).toISOString(), pid: process.pid, ...fields, msg })
  }
}

/** libp2p's logger on top of pino. */
export function componentLogger(pino: Pino): NodeLog {
  return new NodeLog(pino)
}

/** The log whose level can be changed, if this is one. */
export function asNodeLog(logger: ComponentLogger): NodeLog | undefined {
  return logger instanceof NodeLog ? logger : undefined
}

function describeError(error: Error): { type: string; message: string; stack?: string } {
  const { name, message, stack } = error
  return { type: name, message: clean(message), ...(stack !== undefined && { stack: cleanLines(stack) }) }
}
