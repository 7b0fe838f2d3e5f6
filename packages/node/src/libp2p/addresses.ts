import type { Config } from '../config/schema.ts'
import type { Libp2pInit } from 'libp2p'

/** Where WebRTC between private peers is listened for: on every relay that the node reserves. */
const WEBRTC_LISTEN_ADDRESS = '/webrtc'

export function createAddresses({ addresses, transports }: Config): NonNullable<Libp2pInit['addresses']> {
  const listen = new Set(addresses.listen)
  if (transports.webrtc && transports.circuit) listen.add(WEBRTC_LISTEN_ADDRESS)
  return { listen: [...listen], announce: addresses.announce }
}
