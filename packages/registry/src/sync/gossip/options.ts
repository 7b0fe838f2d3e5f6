import { StrictNoSign } from '@libp2p/gossipsub'
import { GOSSIP_MESSAGE_BYTES } from '../constants.ts'
import type { GossipsubOpts } from '@libp2p/gossipsub'

/** Bytes that wait to be sent to one peer; beyond that the stream is given up, opened again later, and what is missing fetched. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** Things of one sort in one message: one topic, and a handful of records' messages. */
const MAX_PARTS = 32

/** GossipSub for one topic among seeds that know each other. */
export function gossipOptions(topic: string): Partial<GossipsubOpts> {
  return {
    // every record is signed by its peer; who handed it on is proved by the connection
    globalSignaturePolicy: StrictNoSign,
    allowedTopics: [topic],
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    fallbackToFloodsub: false,
    floodPublish: false,
    // seeds are kept by seed-discovery, and no stranger is told of others
    tagMeshPeers: false,
    doPX: false,
    // what a mesh misses comes by reconciliation: no announcements, no answers of unknown size
    Dlazy: 0,
    gossipFactor: 0,
    // one message after another: a peer that sends more has to wait
    awaitRpcHandler: true,
    awaitRpcMessageHandler: true,
    maxInboundDataLength: 2 * GOSSIP_MESSAGE_BYTES,
    maxOutboundBufferSize: MAX_WAITING_BYTES,
    maxInboundStreams: 2,
    maxOutboundStreams: 2,
    maxTopicBytesPerPeer: 4 * 1024,
    decodeRpcLimits: {
      maxSubscriptions: MAX_PARTS,
      maxMessages: MAX_PARTS,
      maxIhaveMessageIDs: 0,
      maxIwantMessageIDs: 0,
      maxIdontwantMessageIDs: 512,
      maxControlMessages: MAX_PARTS,
      maxPeerInfos: 0
    },
    // seeds of one operator may share an address: that speaks against nobody here
    scoreParams: { IPColocationFactorWeight: 0 }
  }
}
