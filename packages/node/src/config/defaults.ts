import type { ConfigInput, Role } from './schema.ts'

/**
 * The lowest layer: a value for every key, as a person would write it.
 * Presets say only where they differ.
 *
 * @param role - names the data folder and says what the node does for others
 */
export function defaultsFor(role: Role): ConfigInput {
  return {
    role,
    network: 'main',
    dataDir: `~/.waystone/${role}`,
    identity: { pool: { lease: {} } },
    addresses: { listen: [], announce: [], private: false },
    cluster: {},
    // names and URLs are asked anew at least this often: scaling shows within it
    discovery: { dns: [], dnsServers: [], port: 4001, urls: [], interval: '60s', cache: true },
    seeds: [],
    relays: [],
    transports: { tcp: true, ws: true, quic: true, webrtcDirect: true, webrtc: true, circuit: true, memory: false },
    tls: {},
    // TLS carries 2-3 times the bytes of Noise between Node peers; Noise stays for browsers and others
    encrypters: ['tls', 'noise'],
    connections,
    // answering for others needs an address others can dial, which edges rarely have
    dht: { mode: role === 'edge' ? 'client' : 'server' },
    relayService: { ...relayService, enabled: role !== 'edge' },
    // UPnP changes somebody's router: only when asked
    nat: { autonat: true, dcutr: true, upnp: false, stun: [] },
    // mDNS tells the whole local network who is here: presets switch it on.
    // The interval only matters for peers that came after the first query
    mdns: { enabled: false, interval: '20s' },
    // nobody may fill the disk unasked
    files: { accept: [], maxFileSize: '64GiB' },
    // strangers may next to nothing; who carries circuits for everybody says so in its preset
    trust: { grants: {}, matrix: {}, entries: [], mirrors: [], rules: NO_RULES },
    registry: { ...registry, serve: role === 'seed', advertiseRelay: role !== 'edge' },
    content: { enabled: true, maxBytes: '1GiB' },
    delegate: { serve: role === 'seed', use: [], quotas: QUOTAS },
    tunnels: { expose: [], forward: [] },
    plugins: [],
    admin: { host: '127.0.0.1', port: 0, names: [], tls: {} },
    log: { level: 'info', format: 'auto' },
    // container engines kill 10 s after they asked
    shutdown: { deadline: '8s' }
  }
}

const NO_RULES: ConfigInput['trust']['rules'] = { default: 'allow', allow: [], deny: [], files: [], feeds: [] }

/** A phone that reads, not one that mirrors; strangers only where the matrix lets them call at all. */
const QUOTAS: ConfigInput['delegate']['quotas'] = {
  none: { callsPerMinute: 30, bytesPerHour: '64MiB' },
  peer: { callsPerMinute: 60, bytesPerHour: '256MiB' },
  marginal: { callsPerMinute: 60, bytesPerHour: '256MiB' },
  trusted: { callsPerMinute: 120, bytesPerHour: '1GiB' },
  advanced: { callsPerMinute: 600, bytesPerHour: '4GiB' },
  ultimate: { callsPerMinute: 6000, bytesPerHour: '64GiB' }
}

const connections: ConfigInput['connections'] = {
  // fits the usual 1024 file descriptors of a login shell with room for files and listeners
  max: 300,
  // a handshake may take 10 s: this many slow peers can be at it before newcomers wait
  maxPendingInbound: 100,
  // libp2p's 5/s throttles every office behind one address
  inboundPerSecondPerIp: 20,
  // an office or carrier NAT, but not the whole node
  inboundPerIp: 256,
  exemptLoopback: false
}

const relayService: ConfigInput['relayService'] = {
  enabled: false,
  // one connection each, kept alive: a few MiB of memory
  maxReservations: 128,
  // clients renew at a fraction of it; long enough that renewals cost nothing
  reservationTtl: '1h',
  // the 2 minutes and 128 KiB of the libp2p default only carry a hole punch. These carry a real
  // transfer; a longer one resumes over the next circuit
  circuitDuration: '1h',
  circuitBytes: '1GiB'
}

const registry: Omit<ConfigInput['registry'], 'serve' | 'advertiseRelay'> = {
  // 100,000 nodes with one record each, and room
  maxRecords: 200_000,
  maxBytes: '256MiB',
  maxRecordsPerPeer: 64,
  // an office or a data centre; strangers' flood from one network stays a flood of this size
  maxRecordsPerNetwork: 256,
  capabilities: [],
  rendezvous: []
}
