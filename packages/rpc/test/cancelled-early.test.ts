import { setImmediate } from 'node:timers/promises'
import { create, toBinary } from '@bufbuild/protobuf'
import { abortable, framed } from '@waystone/kit'
import { until } from '@waystone/kit/testing'
import { RPC_PROTOCOL } from '@waystone/wire'
import { afterEach, expect, it } from 'vitest'
import { encodeFrame, encodeRequestHead } from '../src/codec.ts'
import { ConformanceService, UnaryRequestSchema } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair } from './nodes.ts'
import type { Connection } from '@libp2p/interface'

afterEach(cleanUp)

const path = '/conformance.v1.ConformanceService/Unary'
const header = new Headers({ 'content-type': 'application/proto' })
const body = toBinary(UnaryRequestSchema, create(UnaryRequestSchema, { text: 'hello' }))

/** A whole call and its reset in one go: the handler's side learns of both at the same time. */
async function callAndReset(connection: Connection): Promise<void> {
  const stream = await connection.newStream(RPC_PROTOCOL)
  const frames = [
    encodeFrame('head', encodeRequestHead({ path, header })),
    encodeFrame('body', body),
    encodeFrame('trailers', new Uint8Array())
  ]
  const sent = framed(stream, { maxLength: 65_536 }).writeV(frames)
  stream.abort(new Error('it is not wanted any more'))
  await sent.catch(() => {})
}

it('ends a call that was reset before its handler began', async () => {
  const { server, connection } = await pair()
  let running = 0
  await server.services.rpc.serve(ConformanceService, {
    async unary(_, { signal }) {
      running++
      return await abortable(new Promise<never>(() => {}), signal).finally(() => running--)
    }
  })
  for (let count = 0; count < 20; count++) await callAndReset(connection)
  const inbound = server.getConnections().flatMap(({ streams }) => streams)
  await until(() => inbound.every(({ status }) => status !== 'open'))
  await until(() => running === 0)
  expect(running).toBe(0)
})

it('leaves room for other calls after many that were cancelled at once', async () => {
  const { caller, server } = await pair({ maxCallsPerPeer: 4 })
  await server.services.rpc.serve(ConformanceService, {
    unary: async ({ wish }, { signal }) =>
      wish?.hang === true ? await abortable(new Promise<never>(() => {}), signal) : { text: 'here' }
  })
  const client = caller.services.rpc.client(ConformanceService, server.peerId)
  for (let count = 0; count < 50; count++) {
    const controller = new AbortController()
    const call = client.unary({ wish: { hang: true } }, { signal: controller.signal }).catch(() => {})
    await setImmediate()
    controller.abort()
    await call
  }
  await until(async () => (await client.unary({}).catch(() => undefined))?.text === 'here')
  const answers = await Promise.all(Array.from({ length: 4 }, async () => await client.unary({})))
  expect(answers).toHaveLength(4)
})
