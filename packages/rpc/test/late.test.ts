import { Code, ConnectError } from '@connectrpc/connect'
import { afterEach, expect, it } from 'vitest'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair } from './nodes.ts'
import type { Client } from '@connectrpc/connect'
import type { LateService } from '../src/index.ts'
import type { RpcNode } from './nodes.ts'

afterEach(cleanUp)

const { typeName } = ConformanceService

function clientOf(caller: RpcNode, { peerId }: RpcNode): Client<typeof ConformanceService> {
  return caller.services.rpc.client(ConformanceService, peerId)
}

async function codeOf(call: Promise<unknown>): Promise<Code> {
  return ConnectError.from(await call.then(() => 'it did not fail').catch((error: unknown) => error)).code
}

it('loads a service once, at its first call', async () => {
  const { server, caller } = await pair()
  let loads = 0
  const load = async (): Promise<LateService<typeof ConformanceService>> => {
    loads++
    return { service: ConformanceService, implementation: conformance }
  }
  await server.services.rpc.serveLate(typeName, load)
  expect(server.services.rpc.services()).toEqual([typeName])
  expect(loads).toBe(0)
  const answers = await Promise.all(['a', 'b', 'c'].map(async text => await clientOf(caller, server).unary({ text })))
  expect(answers.map(({ text }) => text)).toEqual(['a', 'b', 'c'])
  expect(loads).toBe(1)
})

it('fails the call of a service that cannot be loaded, and tries again at the next', async () => {
  const { server, caller } = await pair()
  let isBroken = true
  await server.services.rpc.serveLate(typeName, async () => {
    if (isBroken) throw new Error('secret detail')
    return { service: ConformanceService, implementation: conformance }
  })
  expect(await codeOf(clientOf(caller, server).unary({}))).toBe(Code.Internal)
  isBroken = false
  expect((await clientOf(caller, server).unary({ text: 'x' })).text).toBe('x')
})

it('does not serve a service under the name of another', async () => {
  const { server, caller } = await pair()
  const load = async (): Promise<LateService<typeof ConformanceService>> => ({
    service: ConformanceService,
    implementation: conformance
  })
  await server.services.rpc.serveLate('other.v1.OtherService', load)
  await server.services.rpc.serveLate(typeName, load)
  expect((await clientOf(caller, server).unary({ text: 'x' })).text).toBe('x')
  await expect(server.services.rpc.adminRoutes()).resolves.toBeTypeOf('function')
  const answers = caller.services.rpc.callJson(server.peerId, 'other.v1.OtherService/Unary', ['{}'])
  const other = answers[Symbol.asyncIterator]()
  expect(await codeOf(other.next())).toBe(Code.Internal)
})
