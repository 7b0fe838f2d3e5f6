import type { Clock } from '@waystone/interface'
import type { FileTransfer, FileTransferComponents } from './contract.ts'

/** What the calls of the operator work with. */
export interface FileAdmin {
  files: FileTransfer
  /** Who the node is and where it is reached. */
  own: Pick<FileTransferComponents, 'peerId' | 'addressManager'>
  clock: Clock
}
