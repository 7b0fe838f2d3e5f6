/**
 * The messages of `waystone.bootstrap.v1`.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/bootstrap/v1/bootstrap_pb.ts'
