/**
 * The registry for the operator of a node, over `waystone.admin.v1.RegistryAdminService`.
 *
 * @example
 * const registryAdmin = components => new RegistryAdminService(components, () => ({ registry: components.registry }))
 *
 * @packageDocumentation
 */
export { RegistryAdminService } from './admin/registry-admin-service.ts'
export type { RegistryAdminComponents, RegistryAdminParts } from './admin/contract.ts'
