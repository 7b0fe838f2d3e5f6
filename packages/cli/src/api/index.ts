/**
 * How commands reach a running node: its admin API by `--api`, or by the data
 * folder that it runs on.
 *
 * @example
 * const api = await requireNodeApi(options)
 * const { peerId } = await api.client(AdminService).getNode({}, { signal })
 *
 * @packageDocumentation
 */
export { addApiOptions, addNodeOptions } from './api-options.ts'
export type { ApiOptions } from './api-options.ts'
export { callFailure } from './call-failure.ts'
export { EndedByNodeError } from './errors.ts'
export { findNodeApi, requireNodeApi } from './find-node.ts'
export type { FindNodeInit } from './find-node.ts'
export type { NodeApi } from './node-api.ts'
