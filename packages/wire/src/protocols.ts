/**
 * The table of protocol ids that this project adds or names. Standard protocols
 * keep their own ids.
 */

/** Sends a file with resume and a signed receipt; see `proto/waystone/file/v1/file.proto`. */
export const FILE_TRANSFER_PROTOCOL = '/waystone/file/1.0.0'

/** RPC calls; see `proto/waystone/rpc/v1/rpc.proto`. */
export const RPC_PROTOCOL = '/waystone/rpc/1.0.0'

/** Carries TCP connections; see `proto/waystone/tunnel/v1/tunnel.proto`. */
export const TUNNEL_PROTOCOL = '/waystone/tunnel/1.0.0'

/** libp2p perf (https://github.com/libp2p/specs/blob/master/perf/perf.md). */
export const PERF_PROTOCOL = '/perf/1.0.0'

/** Circuit relay v2, hop side (https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md). */
export const RELAY_V2_HOP_PROTOCOL = '/libp2p/circuit/relay/0.2.0/hop'

/**
 * Served beside {@link RPC_PROTOCOL} for each RPC service, with the same meaning,
 * so that the peer store tells which peer serves what.
 */
export function rpcServiceProtocol(typeName: string): string {
  return `${RPC_PROTOCOL}/${typeName}`
}

/** The kad-dht id of one Waystone network: networks never share a DHT. */
export function kadProtocol(network: string): string {
  return `/waystone/${network}/kad/1.0.0`
}

/** The pubsub topic on which the registries of one network tell each other of changes: a `RegisterRequest` each. */
export function registryTopic(network: string): string {
  return `/waystone/${network}/registry/1.0.0`
}
