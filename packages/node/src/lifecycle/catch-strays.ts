import { EXIT_FAILED } from '../exit-codes.ts'
import { createStrayLog } from './stray-log.ts'
import type { Logger } from '@libp2p/interface'

/**
 * What nobody caught. A promise that nobody waited for leaves the rest of the
 * node as it was, and a remote must not be able to end the process through
 * one in a library: it is logged, within a rate. After an exception nothing is certain any
 * more: it is logged and the process ends.
 */
export function catchStrays(log: Logger): void {
  process.on('unhandledRejection', createStrayLog(log))
  process.on('uncaughtException', error => {
    log.error('an exception that nobody caught - %e', error)
    process.exit(EXIT_FAILED)
  })
}
