/**
 * Full names of the RPC services. A node announces its services before it loads
 * their messages, which bring all of protobuf with them.
 */
export const SERVICE_NAMES = {
  admin: 'waystone.admin.v1.AdminService',
  clusterAdmin: 'waystone.admin.v1.ClusterService',
  contentAdmin: 'waystone.admin.v1.ContentService',
  doctorAdmin: 'waystone.admin.v1.DoctorService',
  fileAdmin: 'waystone.admin.v1.FileService',
  registryAdmin: 'waystone.admin.v1.RegistryAdminService',
  trustAdmin: 'waystone.admin.v1.TrustService',
  tunnelAdmin: 'waystone.admin.v1.TunnelService',
  bootstrap: 'waystone.bootstrap.v1.BootstrapService',
  delegate: 'waystone.delegate.v1.DelegateService',
  probe: 'waystone.probe.v1.ProbeService',
  registry: 'waystone.registry.v1.RegistryService',
  registrySync: 'waystone.registry.v1.RegistrySyncService',
  seed: 'waystone.seed.v1.SeedService',
  trustExchange: 'waystone.trust.v1.TrustExchangeService'
} as const
