import { NETWORK } from './constants.ts'
import { needsTcp } from './plan.ts'
import type { TestnetInit } from './contract.ts'
import type { PlannedNode } from './plan.ts'

export interface SettingsInit {
  planned: PlannedNode
  testnet: TestnetInit
  /** Where the node listened before, to listen there again; empty at its first start. */
  listened: string[]
  /** Dialable addresses of the other seeds and relays that have been started. */
  seeds: string[]
  relays: string[]
  /** For received files. */
  dataDir: string
}

/** What is set on top of the dev preset, by dotted path. Nothing in it reaches beyond this machine. */
export function settingsOf(init: SettingsInit): Record<string, string> {
  const { planned, testnet, listened, seeds, relays, dataDir } = init
  const { role, hidden, listen } = planned
  return {
    role,
    network: NETWORK,
    dataDir,
    'addresses.listen': (listened.length > 0 ? listened : listen).join(),
    seeds: seeds.join(),
    relays: (hidden ? relays : []).join(),
    ...transportSettings(testnet),
    'dht.mode': role === 'edge' ? 'client' : 'server',
    'relayService.enabled': String(role !== 'edge'),
    ...quiet,
    ...(role === 'edge' && { 'files.inbox': `${dataDir}/inbox`, 'files.accept': 'all' }),
    ...testnet.config?.[role]
  }
}

// a hidden edge is to stay hidden, and nobody else is asked where we are
const quiet: Record<string, string> = {
  'nat.autonat': 'false',
  'nat.dcutr': 'false',
  'nat.upnp': 'false',
  'nat.stun': '',
  'mdns.enabled': 'false'
}

function transportSettings(testnet: TestnetInit): Record<string, string> {
  const { transports: chosen = 'memory' } = testnet
  return {
    'transports.memory': String(chosen === 'memory'),
    'transports.tcp': String(chosen === 'tcp' || needsTcp(testnet)),
    'transports.ws': String(chosen === 'ws'),
    'transports.quic': String(chosen === 'quic'),
    'transports.webrtc': 'false',
    'transports.webrtcDirect': 'false'
  }
}
