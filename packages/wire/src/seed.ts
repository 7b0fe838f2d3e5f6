/**
 * The messages of `waystone.seed.v1`.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/seed/v1/seed_pb.ts'
