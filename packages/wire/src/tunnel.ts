/**
 * What travels on a tunnel's stream, and its limits. The exchange is drawn in
 * `proto/waystone/tunnel/v1/tunnel.proto`.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/tunnel/v1/tunnel_pb.ts'
export * from './tunnel-limits.ts'
