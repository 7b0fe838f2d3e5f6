import { isAbsolute, resolve } from 'node:path'
import { WaystoneError } from '@waystone/interface'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import { isOfThisMachine, parseApiUrl } from '../api/api-url.ts'
import type { NodeApi } from '../api/index.ts'

/** A path that begins at the current folder of this machine was given to a node of another one. */
export class PathRelativeError extends WaystoneError {
  static override readonly name = 'PathRelativeError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/**
 * The whole path of a file or folder that a running node is to read or write.
 *
 * @throws PathRelativeError
 */
export function pathOnNode({ url, dataDir }: Pick<NodeApi, 'url' | 'dataDir'>, path: string): string {
  if (isAbsolute(path)) return path
  if (dataDir !== undefined || isOfThisMachine(parseApiUrl(url))) return resolve(path)
  throw new PathRelativeError(`${JSON.stringify(path)} is relative, and the node at ${url} is on another machine`, {
    hint: 'write the whole path, as it is on the machine of the node'
  })
}
