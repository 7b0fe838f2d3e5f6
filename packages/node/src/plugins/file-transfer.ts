import type { FileTransferInit } from '@waystone/file-transfer'
import type { Config } from '../config/schema.ts'
import type { Plugin } from './plugin.ts'

/** Sends files, and receives them if there is an inbox. */
export const fileTransferPlugin: Plugin = {
  async create({ config: { files }, clock, random }) {
    const { fileTransfer } = await import('@waystone/file-transfer')
    const { inbox, maxFileSize } = files
    return fileTransfer({ inbox, maxFileSize, allow: senderRule(files.accept), clock, random })
  }
}

/** Whether a peer is on the list of those that may send. */
export function senderRule(accept: Config['files']['accept']): NonNullable<FileTransferInit['allow']> {
  if (accept === 'all') return () => true
  const allowed = new Set(accept)
  return peer => allowed.has(peer.toString())
}
