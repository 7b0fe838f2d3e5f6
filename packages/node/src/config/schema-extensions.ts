import { z } from 'zod'
import { grantees, listenEndpoint, PACKAGE_FORMAT, peerName, target } from './fields.ts'

const tunnelName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1-32 of a-z, 0-9 and -')

const exposed = z.strictObject({
  name: tunnelName.describe('what peers ask for'),
  target: target.describe('host:port or unix:/path'),
  allow: grantees.optional().describe('who may, in addition to those with the trust function tunnel:NAME')
})

const forwarded = z.strictObject({
  local: listenEndpoint.describe('where to listen: host:port, port (on loopback) or unix:/path'),
  peer: peerName.describe('peer id, or multiaddr that ends in one'),
  name: tunnelName.describe('what that peer exposes')
})

/** TCP services carried over libp2p. */
export const tunnels = z.strictObject({
  expose: z.array(exposed).describe('TCP services of this machine that peers may reach'),
  forward: z.array(forwarded).describe('services of peers that this machine may reach')
})

/** A package with a protocol of somebody else. */
export const plugin = z.strictObject({
  package: z
    .string()
    .min(1)
    .meta({ format: PACKAGE_FORMAT })
    .describe('name of the npm package, or a path; found from the folder of this file'),
  config: z.record(z.string(), z.unknown()).optional().describe('checked by the plugin itself; shown to the operator'),
  optional: z.boolean().optional().describe('whether the node runs without it when it fails to start')
})
