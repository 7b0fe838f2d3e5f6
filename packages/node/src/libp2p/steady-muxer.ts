import { overlay } from './overlay.ts'
import type { StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import type { Libp2pInit } from 'libp2p'

type MuxerFactory = NonNullable<Libp2pInit['streamMuxers']>[number]

/**
 * A muxer that ends quietly. `@libp2p/utils` 7.4.1 gives one what came before it was made, also when the peer has gone
 * meanwhile; `@libp2p/yamux` 8.0.3 cannot answer then, aborts, and throws while it says goodbye: out of a listener, which
 * ends the process.
 */
export function steadyMuxer(create: MuxerFactory): MuxerFactory {
  return components => {
    const factory = create(components)
    return overlay<StreamMuxerFactory>(factory, {
      createStreamMuxer: connection => endsQuietly(factory.createStreamMuxer(connection))
    })
  }
}

function endsQuietly(muxer: StreamMuxer): StreamMuxer {
  const abort = muxer.abort.bind(muxer)
  muxer.abort = error => {
    try {
      abort(error)
    } catch {
      // all streams have ended before it throws
    }
  }
  return muxer
}
