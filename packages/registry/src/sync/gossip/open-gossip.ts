import { gossipsub, TopicValidatorResult } from '@libp2p/gossipsub'
import { registryTopic } from '@waystone/wire'
import { gossipOptions } from './options.ts'
import { RegistrarGuard } from './registrar-guard.ts'
import type { PeerId } from '@libp2p/interface'
import type { GossipVerdict, RegistryGossipComponents, RegistryGossipInit } from './contract.ts'

export interface OpenGossip {
  publish(data: Uint8Array): Promise<void>
  review(): void
  close(): Promise<void>
}

export interface GossipEvents {
  onMessage(from: PeerId, data: Uint8Array): Promise<GossipVerdict>
  onJoined(peer: PeerId): void
}

const RESULTS = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject
} as const

/** Loads and starts GossipSub; called when the node runs. */
export async function openGossip(
  components: RegistryGossipComponents,
  { network, trust }: Pick<RegistryGossipInit, 'network' | 'trust'>,
  events: GossipEvents
): Promise<OpenGossip> {
  const topic = registryTopic(network)
  const { privateKey, peerId, peerStore, connectionManager, registrar, logger } = components
  const guard = new RegistrarGuard({ registrar, connectionManager, trust })
  const parts = { privateKey, peerId, peerStore, connectionManager, logger, registrar: guard.registrar }
  const pubsub = gossipsub(gossipOptions(topic))(parts)
  if (!isStartable(pubsub)) throw new TypeError('GossipSub cannot be started')
  pubsub.topicValidators.set(topic, async (from, { data }) => RESULTS[await events.onMessage(from, data)])
  pubsub.addEventListener('subscription-change', ({ detail: { peerId: peer, subscriptions } }) => {
    if (subscriptions.some(({ subscribe }) => subscribe)) events.onJoined(peer)
  })
  await pubsub.start()
  pubsub.subscribe(topic)
  return {
    publish: async data => void (await pubsub.publish(topic, data)),
    review: () => guard.review(),
    close: async () => await pubsub.stop()
  }
}

interface Runnable {
  start(): Promise<void>
  stop(): Promise<void>
}

// its type does not say so
function isStartable<T extends object>(service: T): service is T & Runnable {
  return 'start' in service && 'stop' in service
}
