import { findFreeUdpPort } from './free-udp-port.ts'
import type { Config } from '../config/schema.ts'
import type { Libp2pInit } from 'libp2p'

/** Where WebRTC between private peers is listened for: on every relay that the node reserves. */
const WEBRTC_LISTEN_ADDRESS = '/webrtc'
/**
 * WebRTC-direct replaces port 0 by a port that is free for TCP (it asks
 * `get-port`), which a QUIC listener may well have for UDP.
 */
const ANY_WEBRTC_DIRECT_PORT = '/udp/0/webrtc-direct'

export async function createAddresses(config: Config): Promise<NonNullable<Libp2pInit['addresses']>> {
  const { addresses, transports } = config
  const listen = new Set(await Promise.all(addresses.listen.map(choosePort)))
  if (transports.webrtc && transports.circuit) listen.add(WEBRTC_LISTEN_ADDRESS)
  return { listen: [...listen], announce: addresses.announce }
}

async function choosePort(address: string): Promise<string> {
  if (!address.includes(ANY_WEBRTC_DIRECT_PORT)) return address
  const port = await findFreeUdpPort()
  return address.replace(ANY_WEBRTC_DIRECT_PORT, `/udp/${port}/webrtc-direct`)
}
