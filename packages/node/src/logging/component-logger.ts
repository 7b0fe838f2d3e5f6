import type { Logger } from '@libp2p/interface'
import type { RecordLevel } from './levels.ts'

type Write = (format: unknown, ...values: unknown[]) => void

interface Levels {
  log: RecordLevel
  error: RecordLevel
}

/** Where loggers write to. What it lets through can change at any time. */
export interface LogOutput {
  isEnabled(level: RecordLevel): boolean
  write(level: RecordLevel, component: string, format: unknown, values: unknown[]): void
}

/**
 * libp2p logs at error whatever a remote does wrong: it is detail, not news.
 * A service of ours logs what an operator wants to know.
 */
const LIBRARY_LEVELS: Levels = { log: 'debug', error: 'debug' }
const OWN_LEVELS: Levels = { log: 'info', error: 'error' }
const OWN_PREFIX = 'waystone:'

const ignore: Write = () => {}

/** A logger is a function with these beside the methods of {@link LoggerMethods}. */
interface LoggerState {
  readonly output: LogOutput
  readonly component: string
  readonly itself: Logger
}

/**
 * What all loggers have in common. libp2p makes a new scope, several in fact,
 * for each connection and stream: as long as it would write nothing, the
 * logger that was asked stands in for it, also when it is heard later.
 */
class LoggerMethods implements LoggerState {
  declare readonly output: LogOutput
  declare readonly component: string
  declare readonly itself: Logger

  get enabled(): boolean {
    return this.output.isEnabled(levelsOf(this.component).log)
  }

  get error(): Write {
    return writer(this, levelsOf(this.component).error)
  }

  get trace(): Write {
    return writer(this, 'trace')
  }

  get newScope(): (scope: string) => Logger {
    const { output, component } = this
    // a logger that nobody can hear would cost more than all it is made for
    const needed = output.isEnabled(levelsOf(component).error)
    return scope => (needed ? createLogger(output, `${component}:${scope}`) : this.itself)
  }
}

Object.setPrototypeOf(LoggerMethods.prototype, Function.prototype)

/** A logger whose level is asked for at every record. */
export function createLogger(output: LogOutput, component: string): Logger {
  const { log: level } = levelsOf(component)
  const log: Write = (format, ...values) => output.write(level, component, format, values)
  const logger: Logger = Object.setPrototypeOf(Object.assign(log, { output, component }), LoggerMethods.prototype)
  return Object.assign(logger, { itself: logger })
}

function levelsOf(component: string): Levels {
  return component.startsWith(OWN_PREFIX) ? OWN_LEVELS : LIBRARY_LEVELS
}

function writer({ output, component }: LoggerState, level: RecordLevel): Write {
  if (!output.isEnabled(level)) return ignore
  return (format, ...values) => output.write(level, component, format, values)
}
