import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'

function holds(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}

function isPeerId(text: string): boolean {
  return holds(() => peerIdFromString(text))
}

/** A multiaddr as text. */
export const address = z.string().refine(text => text.startsWith('/') && holds(() => multiaddr(text)), {
  error: 'must be a multiaddr such as /ip4/203.0.113.7/tcp/4001',
  abort: true
})

/** A multiaddr that ends in the id of the peer behind it. */
export const peerAddress = address.refine(
  text => isPeerId(/\/p2p\/([^/]+)$/.exec(text)?.[1] ?? ''),
  'must end in the peer id, as in /ip4/203.0.113.7/tcp/4001/p2p/12D3Koo…'
)

/** A libp2p peer id as text. */
export const peerId = z.string().refine(text => isPeerId(text), 'must be a peer id such as 12D3KooW…')

/** A TCP port; 0 takes a free one. */
export const port = z.int().min(0).max(65_535)

/** Marks the values that are file or folder names, so that `~` and relative ones can be made absolute. */
export const PATH_FORMAT = 'path'

/** A file or folder. `~/` is the home folder; a relative one starts at the file that names it. */
export const path = z.string().min(1).meta({ format: PATH_FORMAT })
