/**
 * The messages of `waystone.trust.v1`.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/trust/v1/trust_pb.ts'
