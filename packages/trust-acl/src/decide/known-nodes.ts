import { peerIdFromString } from '@libp2p/peer-id'
import { RANK } from '../model/levels.ts'
import { decide, levelOf } from './decide.ts'
import { isLive } from './standing.ts'
import type { PeerId } from '@libp2p/interface'
import type { TrustedNode } from '@waystone/interface'
import type { Mention } from './contract.ts'
import type { DecisionView } from './view.ts'

/** The known nodes that may have a function, without this one; highest level first. @param now - milliseconds */
export function knownNodes(view: DecisionView, trustFunction: string, now: number): TrustedNode[] {
  const nodes: TrustedNode[] = []
  for (const text of view.index.peers()) {
    const node = text === view.self ? undefined : knownNode(view, text, { trustFunction, now })
    if (node !== undefined) nodes.push(node)
  }
  return nodes.sort((a, b) => RANK[b.level] - RANK[a.level])
}

interface NodeQuestion {
  trustFunction: string
  now: number
}

function knownNode(view: DecisionView, text: string, { trustFunction, now }: NodeQuestion): TrustedNode | undefined {
  if (!decide(view, { peer: text }, trustFunction, now).allow) return undefined
  const live = [...liveMentions(view.index.get(text), now)]
  const [best] = live.length > 1 ? live.sort((a, b) => RANK[b.voice.level] - RANK[a.voice.level]) : live
  if (best === undefined) return undefined
  const label = best.node.label === '' ? best.voice.label : `${best.voice.label}/${best.node.label}`
  const addresses = live.length > 1 ? [...new Set(live.flatMap(({ node }) => node.remotes))] : best.node.remotes
  const strict = live.some(({ node }) => node.remotesStrict && node.remotes.length > 0)
  return withPeer(text, { label, level: levelOf(view, text, now), addresses, strict })
}

/** The id is made when it is wanted: that costs more than all the rest, and there may be 100,000. */
function withPeer(text: string, rest: Omit<TrustedNode, 'id' | 'peer'>): TrustedNode {
  let peer: PeerId | undefined
  return {
    ...rest,
    id: text,
    get peer() {
      peer ??= peerIdFromString(text)
      return peer
    }
  }
}

function* liveMentions(mention: Mention | undefined, now: number): Generator<Mention> {
  for (let at = mention; at !== undefined; at = at.next) if (isLive(at.voice, now)) yield at
}
