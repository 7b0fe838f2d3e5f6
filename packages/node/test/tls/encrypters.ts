import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tls as stockTls } from '@libp2p/tls'
import { pino } from 'pino'
import { systemClock } from '@waystone/kit'
import { NodeLog } from '../../src/logging/node-log.ts'
import { tls } from '../../src/libp2p/tls/encrypter.ts'
import type { ConnectionEncrypter, PeerId, PrivateKey, StreamMuxerFactory, Upgrader } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'

export const MUXER = '/yamux/1.0.0'

export interface Party {
  privateKey: PrivateKey
  id: PeerId
  encrypter: ConnectionEncrypter
}

export interface PartyInit {
  muxers?: string[]
  clock?: Clock
}

const logger = new NodeLog(pino({ level: 'silent' }))
const muxer = (protocol: string): [string, StreamMuxerFactory] => [protocol, { protocol } as StreamMuxerFactory]

/** A peer that encrypts as our nodes do. */
export async function ours({ muxers = [MUXER], clock = systemClock }: PartyInit = {}): Promise<Party> {
  const { privateKey, id, upgrader } = await newPeer(muxers)
  return { privateKey, id, encrypter: tls(clock)({ privateKey, upgrader }) }
}

/** A peer that encrypts as libp2p does. */
export async function stock({ muxers = [MUXER] }: PartyInit = {}): Promise<Party> {
  const { privateKey, id, upgrader } = await newPeer(muxers)
  return {
    privateKey,
    id,
    encrypter: stockTls()({ privateKey, upgrader, logger })
  }
}

async function newPeer(muxers: readonly string[]): Promise<{ privateKey: PrivateKey; id: PeerId; upgrader: Upgrader }> {
  const privateKey = await generateKeyPair('Ed25519')
  const upgrader = { getStreamMuxers: () => new Map(muxers.map(muxer)) } as unknown as Upgrader
  return { privateKey, id: peerIdFromPrivateKey(privateKey), upgrader }
}
