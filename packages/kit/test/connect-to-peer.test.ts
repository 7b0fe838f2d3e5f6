import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { expect, it } from 'vitest'
import { connectToPeer } from '../src/connect-to-peer.ts'

it('with nobody to ask where a peer is now, the failure of its known addresses is told at once', async () => {
  const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const connections = {
    getConnections: () => [],
    openConnection: async () => Promise.reject(new Error('connect ECONNREFUSED'))
  }
  const lookUp = async (): Promise<never> => Promise.reject(new Error('asked nobody'))
  await expect(connectToPeer(connections, peer, { failed: new Set(), lookUp })).rejects.toThrow('connect ECONNREFUSED')
})
