import { readFile } from 'node:fs/promises'
import { CertificateUnreadableError } from './errors.ts'
import type { Clock } from '@waystone/interface'
import type { Config } from '../config/schema.ts'
import type { Libp2pInit } from 'libp2p'

type TransportFactory = NonNullable<Libp2pInit['transports']>[number]
type TransportName = keyof Config['transports']

/**
 * The configured transports. Each module is loaded only if it is used: QUIC and
 * WebRTC bring native code, and a node is to be ready within a second.
 */
export async function createTransports(config: Config, clock: Clock): Promise<TransportFactory[]> {
  const wanted = loaders.filter(([name]) => config.transports[name])
  return Promise.all(wanted.map(([, load]) => load(config, clock)))
}

type Loader = (config: Config, clock: Clock) => Promise<TransportFactory>

/** In the order in which libp2p tries them for an address that more than one can dial. */
const loaders: readonly (readonly [TransportName, Loader])[] = [
  ['quic', async (_, clock) => (await import('./closable-quic.ts')).closableQuic(clock)],
  ['tcp', async () => (await import('@libp2p/tcp')).tcp()],
  ['ws', loadWebSockets],
  ['webrtcDirect', loadWebRtcDirect],
  ['webrtc', loadWebRtc],
  ['circuit', async () => (await import('./circuit.ts')).circuit()],
  ['memory', async () => (await import('@libp2p/memory')).memory()]
]

async function loadWebSockets({ tls, connections: limits }: Config, clock: Clock): Promise<TransportFactory> {
  const { guardedWebSockets } = await import('./web-sockets.ts')
  if (tls.certFile === undefined || tls.keyFile === undefined) return guardedWebSockets({ limits, clock })
  const [cert, key] = await Promise.all([readPem(tls.certFile), readPem(tls.keyFile)])
  return guardedWebSockets({ limits, clock, https: { cert, key } })
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new CertificateUnreadableError(`cannot read ${path} for secure WebSockets`, {
      hint: 'check tls.certFile and tls.keyFile, and that this user may read them',
      cause
    })
  }
}

async function loadWebRtcDirect(config: Config): Promise<TransportFactory> {
  const { guardedWebRtcDirect } = await import('./webrtc-direct.ts')
  return guardedWebRtcDirect({ rtcConfiguration: rtcConfiguration(config) })
}

async function loadWebRtc(config: Config): Promise<TransportFactory> {
  const { webRTC } = await import('@libp2p/webrtc')
  return webRTC({ rtcConfiguration: rtcConfiguration(config) })
}

/** Always given, even when empty: the library would ask public servers of third parties. */
function rtcConfiguration({ nat }: Config): { iceServers: { urls: string }[] } {
  return { iceServers: nat.stun.map(urls => ({ urls })) }
}
