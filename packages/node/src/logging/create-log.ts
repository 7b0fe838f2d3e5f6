import { pino } from 'pino'
import type { Config } from '../config/schema.ts'
import type { DestinationStream, Logger } from 'pino'

/**
 * The process's log: one JSON object a line on standard output, or text for a
 * person when that is a terminal. Writes are synchronous, so that a crash
 * loses no line.
 */
export async function createLog({ level, format }: Config['log']): Promise<Logger> {
  const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY)
  const destination = pretty ? await prettyDestination() : pino.destination({ dest: 1, sync: true })
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

async function prettyDestination(): Promise<DestinationStream> {
  const { default: pinoPretty } = await import('pino-pretty')
  return pinoPretty({ destination: 1, sync: true, ignore: 'pid', translateTime: 'SYS:HH:MM:ss.l' })
}
