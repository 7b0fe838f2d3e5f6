/**
 * Everything that travels between Waystone nodes: protocol ids, limits and messages.
 *
 * @packageDocumentation
 */
export {
  kadProtocol,
  registryTopic,
  rpcServiceProtocol,
  FILE_TRANSFER_PROTOCOL,
  PERF_PROTOCOL,
  RELAY_V2_HOP_PROTOCOL,
  RPC_PROTOCOL,
  TUNNEL_PROTOCOL
} from './protocols.ts'
export {
  HANDSHAKE_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  NEGOTIATION_TIMEOUT_MS,
  PAGE_DEFAULT_SIZE,
  PAGE_MAX_SIZE
} from './limits.ts'
export { SERVICE_NAMES } from './service-names.ts'
