import { pathOf } from '@waystone/kit'
import type { Connection } from '@libp2p/interface'
import type { ConnectionPath } from '@waystone/interface'

export interface ConnectionStatus {
  peer: string
  address: string
  direction: 'inbound' | 'outbound'
  /** `tcp`, `ws`, `wss`, `quic`, `webrtc-direct`, `webrtc` or `memory`; of the first hop when relayed. */
  transport: string
  /** Protocol id of the encrypter; `native` where the transport encrypts by itself. */
  encrypter: string
  path: ConnectionPath
  /** Why it is that path, as one short sentence. */
  reason: string
}

export function describeConnection(connection: Connection): ConnectionStatus {
  return {
    peer: connection.remotePeer.toString(),
    address: connection.remoteAddr.toString(),
    direction: connection.direction,
    encrypter: connection.encryption ?? 'native',
    ...pathOf(connection)
  }
}
