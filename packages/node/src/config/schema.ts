import { isMultiaddr, multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'
import { duration, size } from './units.ts'

const address = z.string().refine(isMultiaddrText, 'must be a multiaddr such as /ip4/203.0.113.7/tcp/4001')
const peerAddress = address.refine(
  text => /\/p2p\/[^/]+$/.test(text),
  'must end in the peer id, as in /ip4/203.0.113.7/tcp/4001/p2p/12D3Koo…'
)
const port = z.int().min(0).max(65_535)
const path = z.string().min(1)

function isMultiaddrText(text: string): boolean {
  try {
    return isMultiaddr(multiaddr(text))
  } catch {
    return false
  }
}

const identity = z.strictObject({
  keyFile: path.optional().describe('private key; default identity.key in the data folder'),
  passphraseFile: path.optional().describe('file that holds the passphrase of the key; or WAYSTONE_IDENTITY_PASSPHRASE')
})

const addresses = z.strictObject({
  listen: z.array(address).describe('multiaddrs to listen on'),
  announce: z.array(address).describe('if not empty, announced instead of what the node finds out itself'),
  private: z.boolean().describe('whether private and loopback addresses are shared through the DHT')
})

const transports = z.strictObject({
  tcp: z.boolean(),
  ws: z.boolean(),
  quic: z.boolean(),
  webrtcDirect: z.boolean(),
  webrtc: z.boolean().describe('WebRTC between two private peers, signalled over a relay'),
  circuit: z.boolean().describe('dial and be dialled through relays'),
  memory: z.boolean().describe('in-process addresses, for tests')
})

const tls = z.strictObject({
  certFile: path.optional().describe('PEM certificate chain for wss'),
  keyFile: path.optional().describe('PEM private key for wss')
})

const connections = z.strictObject({
  max: z.int().min(1),
  maxPendingInbound: z.int().min(1),
  inboundPerSecondPerIp: z.int().min(1).describe('new connections a second from one IP'),
  inboundPerIp: z.int().min(1).describe('open connections from one IP'),
  exemptLoopback: z.boolean().describe('no limits per IP for 127.0.0.0/8 and ::1')
})

const dht = z.strictObject({ mode: z.enum(['server', 'client', 'off']) })

const relayService = z.strictObject({
  enabled: z.boolean(),
  maxReservations: z.int().min(1),
  reservationTtl: duration,
  circuitDuration: duration.describe('how long one circuit may last').or(z.literal('unlimited')),
  circuitBytes: size.describe('bytes one circuit may carry, both ways together').or(z.literal('unlimited'))
})

const nat = z.strictObject({
  autonat: z.boolean(),
  dcutr: z.boolean(),
  upnp: z.boolean(),
  stun: z.array(z.string().regex(/^stuns?:[^\s]+$/, 'must be a STUN URL such as stun:host:3478'))
})

const mdns = z.strictObject({ enabled: z.boolean(), interval: duration })

const files = z.strictObject({
  inbox: path.optional().describe('folder for received files; without it the node receives none'),
  accept: z.union([z.literal('all'), z.array(z.string())]).describe('peer ids that may send files, or all'),
  maxFileSize: size
})

const admin = z.strictObject({
  host: z.enum(['127.0.0.1', '::1', 'localhost']),
  port: port.describe('0 takes a free one; the address is written to admin.url in the data folder')
})

const log = z.strictObject({
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']),
  format: z.enum(['auto', 'json', 'pretty']).describe('auto is pretty on a terminal and JSON elsewhere')
})

const shutdown = z.strictObject({ deadline: duration })

/** The whole configuration of a node: strict, so that a misspelt key refuses to start. */
export const configSchema = z.strictObject({
  role: z.enum(['seed', 'relay', 'edge']),
  network: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1-32 of a-z, 0-9 and -'),
  dataDir: path,
  identity,
  addresses,
  seeds: z.array(peerAddress).describe('seeds to join the network through'),
  relays: z.array(peerAddress).describe('relays (or seeds) on which to hold a reservation'),
  transports,
  tls,
  encrypters: z.array(z.enum(['tls', 'noise'])).min(1).describe('in order of preference'),
  connections,
  dht,
  relayService,
  nat,
  mdns,
  files,
  admin,
  log,
  shutdown
})

/** What a person writes: durations and sizes as text. */
export type ConfigInput = z.input<typeof configSchema>
/** What the node reads: durations in milliseconds, sizes in bytes. */
export type Config = z.output<typeof configSchema>
