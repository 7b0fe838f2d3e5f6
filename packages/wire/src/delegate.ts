/**
 * The messages of `waystone.delegate.v1`.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/delegate/v1/delegate_pb.ts'
