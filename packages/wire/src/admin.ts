/**
 * The services of the admin API, `waystone.admin.v1`.
 *
 * @packageDocumentation
 */
export * from './gen/waystone/admin/v1/admin_pb.ts'
export * from './gen/waystone/admin/v1/doctor_pb.ts'
export * from './gen/waystone/admin/v1/files_pb.ts'
export * as tunnels from './gen/waystone/admin/v1/tunnels_pb.ts'
export * as trust from './gen/waystone/admin/v1/trust_pb.ts'
export * as content from './gen/waystone/admin/v1/content_pb.ts'
export * as cluster from './gen/waystone/admin/v1/cluster_pb.ts'
export * as registry from './gen/waystone/admin/v1/registry_pb.ts'
