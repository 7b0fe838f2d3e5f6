/**
 * From a config to a running libp2p node.
 *
 * ```ts
 * import { createNode } from '@waystone/node'
 * import { loadConfig } from '@waystone/node/config'
 * import { plugins } from '@waystone/relay-node'
 *
 * const { config } = await loadConfig({ preset: 'relay', env: process.env })
 * await using node = await createNode({ config, plugins })
 * await node.start()
 * console.log(node.libp2p.getMultiaddrs(), node.missing())
 * ```
 *
 * @packageDocumentation
 */
export { createNode } from './node.ts'
export type { WaystoneNode } from './node.ts'
export type { CreateNodeInit } from './node-parts.ts'
export { missingFromServices } from './missing.ts'
export { SERVICE_KEYS, LIBP2P_COMPONENTS } from './libp2p/service-keys.ts'
export type { ServiceKey } from './libp2p/service-keys.ts'
export { describeConnection } from './libp2p/describe-connection.ts'
export type { ConnectionStatus } from './libp2p/describe-connection.ts'
export { CertificateUnreadableError, ListenFailedError, PortInUseError, ServiceKeyTakenError } from './libp2p/errors.ts'
export { NodeStoppedError, StopFailedError, StopTimedOutError, UsageError } from './lifecycle/errors.ts'
export { DataFolderError } from './data-folder.ts'
export { adminUrlPath } from './admin/url-file.ts'
export { adminTokenPath } from './admin/token.ts'
export { AdminSocketInUseError, AdminTlsRequiredError, AdminTokenFileError } from './admin/errors.ts'
export { componentLogger, NodeLog } from './logging/node-log.ts'
export { VERSION } from './version.ts'
export * from './plugins/index.ts'
