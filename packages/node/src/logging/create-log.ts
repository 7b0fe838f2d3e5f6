import { isatty } from 'node:tty'
import { pino } from 'pino'
import type { Config } from '../config/schema.ts'
import type { DestinationStream, Logger } from 'pino'
import type { PrettyOptions } from 'pino-pretty'

/**
 * The process's log: one JSON object a line, or text for a person when the
 * destination is a terminal. Writes are synchronous, so that a crash loses no line.
 *
 * @param descriptor - where it goes: 1 is standard output, 2 standard error
 */
export async function createLog({ level, format }: Config['log'], descriptor: 1 | 2 = 1): Promise<Logger> {
  const pretty = format === 'pretty' || (format === 'auto' && isatty(descriptor))
  const destination = pretty ? await prettyDestination(descriptor) : pino.destination({ dest: descriptor, sync: true })
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) }
    },
    destination
  )
}

/** How a line for a person looks: all of it in one line, led by who says it. */
export const prettyOptions = {
  ignore: 'pid,component',
  translateTime: 'SYS:HH:MM:ss.l',
  singleLine: true,
  messageFormat: '[{component}] {msg}'
} as const satisfies PrettyOptions

async function prettyDestination(destination: number): Promise<DestinationStream> {
  const { default: pinoPretty } = await import('pino-pretty')
  return pinoPretty({ destination, sync: true, ...prettyOptions })
}
