import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { rpc } from '@waystone/rpc'
import { createLibp2p } from 'libp2p'
import type { Client } from '@connectrpc/connect'
import type { PrivateKey } from '@libp2p/interface'
import type { Rpc } from '@waystone/rpc'
import type { RegistryService, SignedRecord } from '@waystone/wire/registry'
import type { Libp2p } from 'libp2p'

/** A peer that is no node of Waystone: it dials, and calls what others serve. */
export type RpcPeer = Libp2p<{ rpc: Rpc }>

export async function startRpcPeer(privateKey: PrivateKey): Promise<RpcPeer> {
  return await createLibp2p({
    privateKey,
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping(), rpc: rpc() }
  })
}

/** Registers records with one call. @throws if any of them is refused */
export async function register(client: Client<typeof RegistryService>, records: SignedRecord[]): Promise<void> {
  const { results } = await client.register({ records })
  const refused = results.find(({ error }) => error !== '')
  if (refused !== undefined) throw new Error(`${refused.error}: ${refused.message}`)
}
