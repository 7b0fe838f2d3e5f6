import { expect, it } from 'vitest'
import { AdminService, cluster, content, DoctorService, FileService, registry, trust, tunnels } from '../src/admin.ts'
import { BootstrapService } from '../src/bootstrap.ts'
import { DelegateService } from '../src/delegate.ts'
import { SERVICE_NAMES } from '../src/index.ts'
import { ProbeService } from '../src/probe.ts'
import { RegistryService, RegistrySyncService } from '../src/registry.ts'
import { SeedService } from '../src/seed.ts'
import { TrustExchangeService } from '../src/trust.ts'

it('names each service as its .proto file does', () => {
  const services = {
    admin: AdminService,
    clusterAdmin: cluster.ClusterService,
    contentAdmin: content.ContentService,
    doctorAdmin: DoctorService,
    fileAdmin: FileService,
    registryAdmin: registry.RegistryAdminService,
    trustAdmin: trust.TrustService,
    tunnelAdmin: tunnels.TunnelService,
    bootstrap: BootstrapService,
    delegate: DelegateService,
    probe: ProbeService,
    registry: RegistryService,
    registrySync: RegistrySyncService,
    seed: SeedService,
    trustExchange: TrustExchangeService
  }
  const names = Object.fromEntries(Object.entries(services).map(([key, { typeName }]) => [key, typeName]))
  expect(names).toEqual(SERVICE_NAMES)
})
