import type { Logger } from '@libp2p/interface'

/** A log that keeps what is written, errors with the word in front. */
export function keptLog(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const write =
    (prefix: string) =>
    (format: string, ...values: unknown[]) => {
      lines.push([prefix + format, ...values.map(String)].join(' | '))
    }
  const log: Logger = Object.assign(write(''), {
    enabled: true,
    trace: () => {},
    error: write('error: '),
    newScope: () => log
  })
  return { log, lines }
}
