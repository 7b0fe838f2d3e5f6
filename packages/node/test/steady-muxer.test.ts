import { yamux } from '@libp2p/yamux'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { expect, it } from 'vitest'
import { until } from '@waystone/kit/testing'
import { steadyMuxer } from '../src/libp2p/steady-muxer.ts'
import type { MultiaddrConnection } from '@libp2p/interface'

type Components = Parameters<ReturnType<typeof steadyMuxer>>[0]

/** A ping of yamux: version, type 2, flag SYN, stream 0, value 1. Source: hashicorp/yamux spec.md. */
const PING = Buffer.from('000200010000000000000001', 'hex')

/** The end of a connection on which a ping has come, and whose peer is gone. */
async function leftWithPing(): Promise<MultiaddrConnection> {
  const [outbound, inbound] = multiaddrConnectionPair()
  outbound.send(PING)
  await until(() => inbound.readBufferLength === PING.length)
  outbound.abort(new Error('gone'))
  await until(() => inbound.status !== 'open')
  return inbound
}

it('a muxer of a connection that had something to say and is gone ends, and ends nothing else', async () => {
  const connection = await leftWithPing()
  // what a listener throws is thrown in the next tick, at nobody: it fails the whole run
  const muxer = steadyMuxer(yamux())({} as Components).createStreamMuxer(connection)
  await until(() => connection.readBufferLength === 0)
  expect(muxer.status).not.toBe('open')
})
