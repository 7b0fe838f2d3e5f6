/**
 * What tests need of the machine: folders and ports. Node only.
 *
 * @packageDocumentation
 */
export { SilentServer } from './silent-server.ts'
export { temporaryFolder } from './temporary-folder.ts'
export type { TemporaryFolder } from './temporary-folder.ts'
