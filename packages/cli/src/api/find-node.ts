import { parseApiUrl } from './api-url.ts'
import { dataFoldersFor } from './data-folders.ts'
import { NodeNotRunningError, SeveralNodesError } from './errors.ts'
import { createNodeApi } from './node-api.ts'
import { runningNodeIn } from './running-node.ts'
import { readSmallFile } from './small-file.ts'
import { findToken, unreadable } from './token.ts'
import type { Role } from '@waystone/node/config'
import type { ApiAddress } from './api-url.ts'
import type { ApiOptions } from './api-options.ts'
import type { NodeApi } from './node-api.ts'

export interface FindNodeInit {
  /** Looks only at the data folder of this role; default: at those of all roles. */
  role?: Role
  env?: NodeJS.ProcessEnv
  /** What `~` stands for. */
  home?: string
}

interface Found {
  address: ApiAddress
  /** On which it runs. */
  dataDir?: string | undefined
  /** Where its token is. */
  tokenDir?: string | undefined
}

/**
 * The node that the options name: that of `--api`, or the one that runs on the
 * data folder; nothing if none runs there. With `--api` nothing is asked yet.
 *
 * @throws SeveralNodesError, ApiUrlInvalidError, ApiFileError, and the errors of a configuration
 */
export async function findNodeApi(options: ApiOptions, init: FindNodeInit = {}): Promise<NodeApi | undefined> {
  const env = init.env ?? process.env
  const folders = await dataFoldersFor({ options, role: init.role, home: init.home, env })
  const found = options.api === undefined ? await findRunning(folders) : await named(options.api, options, folders)
  if (found === undefined) return undefined
  const [token, ca] = await Promise.all([findToken({ options, env, dataDir: found.tokenDir }), readCa(options.caFile)])
  return createNodeApi({ ...found, token, ca })
}

/**
 * Like {@link findNodeApi} for commands that need a running node.
 *
 * @throws NodeNotRunningError, and what findNodeApi throws
 */
export async function requireNodeApi(options: ApiOptions, init: FindNodeInit = {}): Promise<NodeApi> {
  const api = await findNodeApi(options, init)
  if (api !== undefined) return api
  const env = init.env ?? process.env
  const folders = await dataFoldersFor({ options, role: init.role, home: init.home, env })
  throw new NodeNotRunningError(`no node runs on ${folders.join(', ')}`, {
    hint: 'start one, for example with waystone edge, or name one with --data-dir or --api'
  })
}

async function findRunning(folders: string[]): Promise<Found | undefined> {
  const asked = await Promise.all(folders.map(async dataDir => ({ dataDir, address: await runningNodeIn(dataDir) })))
  const running = asked.flatMap(({ dataDir, address }) =>
    address === undefined ? [] : [{ dataDir, tokenDir: dataDir, address }]
  )
  if (running.length <= 1) return running[0]
  const list = running.map(({ dataDir, address }) => `  ${dataDir} (${address.url})`).join('\n')
  throw new SeveralNodesError(`several nodes run:\n${list}`, { hint: 'say which one with --data-dir' })
}

/** A token leaves its data folder only for the node of that folder, unless a person named the folder. */
async function named(url: string, { dataDir }: ApiOptions, folders: string[]): Promise<Found> {
  const address = parseApiUrl(url)
  const running = await Promise.all(folders.map(async folder => await runningNodeIn(folder).catch(() => undefined)))
  const own = folders[running.findIndex(each => each?.url === address.url)]
  return { address, dataDir: own, tokenDir: dataDir === undefined ? own : folders[0] }
}

async function readCa(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  return await readSmallFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
}
