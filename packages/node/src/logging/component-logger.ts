import { clean, cleanLines, formatMessage } from './format.ts'
import type { ComponentLogger, Logger } from '@libp2p/interface'
import type { Logger as Pino } from 'pino'

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error'
type Write = (format: unknown, ...values: unknown[]) => void

interface Levels {
  log: Level
  error: Level
}

/**
 * libp2p logs at error whatever a remote does wrong: it is detail, not news.
 * A service of ours logs what an operator wants to know.
 */
const LIBRARY_LEVELS: Levels = { log: 'debug', error: 'debug' }
const OWN_LEVELS: Levels = { log: 'info', error: 'error' }
const OWN_PREFIX = 'waystone:'

const ignore: Write = () => {}
const silent: Logger = Object.assign(ignore, { enabled: false, error: ignore, trace: ignore, newScope: () => silent })

/** libp2p's logger on top of pino. */
export function componentLogger(pino: Pino): ComponentLogger {
  return { forComponent: name => createLogger(pino, name) }
}

function createLogger(pino: Pino, name: string): Logger {
  const levels = name.startsWith(OWN_PREFIX) ? OWN_LEVELS : LIBRARY_LEVELS
  // libp2p makes several loggers per connection and stream: one for all if they say nothing anyway
  if (!pino.isLevelEnabled(levels.error)) return silent
  return Object.assign(writer(pino, levels.log, name), {
    enabled: pino.isLevelEnabled(levels.log),
    error: writer(pino, levels.error, name),
    trace: writer(pino, 'trace', name),
    newScope: (scope: string) => createLogger(pino, `${name}:${scope}`)
  })
}

function writer(pino: Pino, level: Level, component: string): Write {
  if (!pino.isLevelEnabled(level)) return (): void => {}
  return (format, ...values) => {
    const error = values.find(value => value instanceof Error)
    pino[level]({ component, ...(error && { error: describeError(error) }) }, formatMessage(format, values))
  }
}

function describeError(error: Error): { type: string; message: string; stack?: string } {
  const { name, message, stack } = error
  return { type: name, message: clean(message), ...(stack !== undefined && { stack: cleanLines(stack) }) }
}
