import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import { bootstrapPlugin } from './bootstrap.ts'
import { clusterAdminPlugin } from './cluster-admin.ts'
import { contentPlugin } from './content.ts'
import { contentAdminPlugin } from './content-admin.ts'
import { delegatePlugin } from './delegate.ts'
import { dhtPlugin } from './dht.ts'
import { doctorPlugin } from './doctor.ts'
import { identifyPlugin, identifyPushPlugin } from './identify.ts'
import { autonatPlugin, dcutrPlugin, upnpPlugin } from './nat.ts'
import { pluginHostPlugin } from './plugin-host.ts'
import { ratingsPlugin } from './ratings.ts'
import { registrationsPlugin, registryAdminPlugin, registryPlugin } from './registry-client.ts'
import { registryServerPlugin } from './registry-server.ts'
import { pubsubPlugin, registrySyncPlugin } from './registry-sync.ts'
import { rpcPlugin } from './rpc.ts'
import { seedClusterPlugin } from './seed-cluster.ts'
import { trustPlugin } from './trust.ts'
import { trustAdminPlugin } from './trust-admin.ts'
import type { Plugins } from './plugin.ts'

/** What every role can run. Ping is not among them: it always runs, since the DHT is made of it. */
export const basePlugins: Plugins = {
  [SERVICE_KEYS.identify]: identifyPlugin,
  [SERVICE_KEYS.identifyPush]: identifyPushPlugin,
  [SERVICE_KEYS.rpc]: rpcPlugin,
  [SERVICE_KEYS.bootstrap]: bootstrapPlugin,
  [SERVICE_KEYS.doctor]: doctorPlugin,
  [SERVICE_KEYS.dht]: dhtPlugin,
  [SERVICE_KEYS.content]: contentPlugin,
  [SERVICE_KEYS.trustAcl]: trustPlugin,
  [SERVICE_KEYS.ratings]: ratingsPlugin,
  [SERVICE_KEYS.trustAdmin]: trustAdminPlugin,
  [SERVICE_KEYS.seedCluster]: seedClusterPlugin,
  [SERVICE_KEYS.clusterAdmin]: clusterAdminPlugin,
  [SERVICE_KEYS.registryServer]: registryServerPlugin,
  [SERVICE_KEYS.pubsub]: pubsubPlugin,
  [SERVICE_KEYS.registrySync]: registrySyncPlugin,
  [SERVICE_KEYS.registry]: registryPlugin,
  [SERVICE_KEYS.registrations]: registrationsPlugin,
  [SERVICE_KEYS.registryAdmin]: registryAdminPlugin,
  [SERVICE_KEYS.autonat]: autonatPlugin,
  [SERVICE_KEYS.dcutr]: dcutrPlugin,
  [SERVICE_KEYS.upnp]: upnpPlugin,
  [SERVICE_KEYS.delegate]: delegatePlugin,
  [SERVICE_KEYS.contentAdmin]: contentAdminPlugin,
  [SERVICE_KEYS.plugins]: pluginHostPlugin()
}
