import { z } from 'zod'
import { admin } from './schema-admin.ts'
import { cluster, discovery, pool } from './schema-cluster.ts'
import { plugin, tunnels } from './schema-extensions.ts'
import { registry } from './schema-registry.ts'
import { content, delegate, trust } from './schema-trust.ts'
import { address, path, peerAddress, peerId } from './fields.ts'
import { duration, durationOrUnlimited, size, sizeOrUnlimited } from './units.ts'

const identity = z.strictObject({
  keyFile: path.optional().describe('private key; default identity.key in the data folder'),
  passphraseFile: path
    .optional()
    .describe('file that holds the passphrase of the key; or WAYSTONE_IDENTITY_PASSPHRASE'),
  pool: pool.describe('take a free identity of a pool instead of keyFile')
})

const addresses = z.strictObject({
  listen: z.array(address).describe('multiaddrs to listen on'),
  announce: z.array(address).describe('if not empty, announced instead of what the node finds out itself'),
  private: z.boolean().describe('whether private and loopback addresses are shared through the DHT')
})

const transports = z.strictObject({
  tcp: z.boolean().describe('TCP'),
  ws: z.boolean().describe('WebSocket, with and without TLS'),
  quic: z.boolean().describe('QUIC v1'),
  webrtcDirect: z.boolean().describe('WebRTC to a public peer, for browsers'),
  webrtc: z.boolean().describe('WebRTC between two private peers, signalled over a relay'),
  circuit: z.boolean().describe('dial and be dialled through relays'),
  memory: z.boolean().describe('in-process addresses, for tests')
})

const tls = z.strictObject({
  certFile: path.optional().describe('PEM certificate chain for wss'),
  keyFile: path.optional().describe('PEM private key for wss')
})

const connections = z.strictObject({
  max: z.int().min(1).describe('open connections, both directions together'),
  maxPendingInbound: z.int().min(1).describe('inbound connections in the middle of their handshake'),
  inboundPerSecondPerIp: z.int().min(1).describe('new connections a second from one IP'),
  inboundPerIp: z.int().min(1).describe('open connections from one IP'),
  exemptLoopback: z.boolean().describe('no limits per IP for 127.0.0.0/8 and ::1')
})

const dht = z.strictObject({
  mode: z.enum(['server', 'client', 'off']).describe('server answers and stores, client only asks')
})

const relayService = z.strictObject({
  enabled: z.boolean().describe('whether peers may be reached through this node'),
  maxReservations: z.int().min(1).describe('peers that hold a reservation at one time'),
  reservationTtl: duration.describe('how long a reservation lasts before it must be renewed'),
  circuitDuration: durationOrUnlimited.describe('how long one circuit may last'),
  circuitBytes: sizeOrUnlimited.describe('bytes one circuit may carry, both ways together')
})

const nat = z.strictObject({
  autonat: z.boolean().describe('find out by AutoNAT v2 which own addresses can be dialled'),
  dcutr: z.boolean().describe('turn relayed connections into direct ones'),
  upnp: z.boolean().describe('ask the router to map ports'),
  stun: z
    .array(z.string().regex(/^stuns?:[^\s]+$/, 'must be a STUN URL such as stun:host:3478'))
    .describe('STUN servers for WebRTC')
})

const mdns = z.strictObject({
  enabled: z.boolean().describe('find peers on the local network'),
  interval: duration.describe('time between two queries')
})

const files = z.strictObject({
  inbox: path.optional().describe('folder for received files; without it the node receives none'),
  accept: z
    .union([z.literal('all'), z.array(peerId)], { error: 'must be a list of peer ids such as 12D3KooW…, or all' })
    .describe('peer ids that may send files, or all'),
  maxFileSize: size.describe('larger files are refused')
})

const log = z.strictObject({
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).describe('lowest level that is written'),
  format: z.enum(['auto', 'json', 'pretty']).describe('auto is pretty on a terminal and JSON elsewhere')
})

const shutdown = z.strictObject({ deadline: duration.describe('time to stop in order before the process ends anyway') })

/** The whole configuration of a node: strict, so that a misspelt key refuses to start. */
export const configSchema = z.strictObject({
  role: z.enum(['seed', 'relay', 'edge']).describe('which services the node can run'),
  network: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1-32 of a-z, 0-9 and -')
    .describe('name of the network; nodes of different networks share nothing'),
  dataDir: path.describe('folder for the identity, the peer store and the DHT; default ~/.waystone/<role>'),
  identity,
  addresses,
  cluster,
  discovery,
  seeds: z.array(peerAddress).describe('seeds to join the network through'),
  relays: z.array(peerAddress).describe('relays (or seeds) on which to hold a reservation'),
  transports,
  tls,
  encrypters: z
    .array(z.enum(['tls', 'noise']))
    .min(1)
    .describe('in order of preference'),
  connections,
  dht,
  relayService,
  nat,
  mdns,
  files,
  tunnels,
  plugins: z.array(plugin).describe('protocols of others that this node runs'),
  trust,
  registry,
  content,
  delegate,
  admin,
  log,
  shutdown
})

/** What a person writes: durations and sizes as text. */
export type ConfigInput = z.input<typeof configSchema>
/** What the node reads: durations in milliseconds, sizes in bytes. */
export type Config = z.output<typeof configSchema>
/** What a node is for. */
export type Role = Config['role']
