import { Code, ConnectError } from '@connectrpc/connect'
import { endDeniedSymbol } from '@waystone/interface'
import { until } from '@waystone/kit/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair } from './nodes.ts'
import type { EndedWork, EndsDeniedWork } from '@waystone/interface'

afterEach(cleanUp)

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  return ConnectError.from(
    await call.then(
      () => new Error('the call did not fail'),
      (error: unknown) => error
    )
  )
}

async function drain(answers: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of answers);
}

describe('when trust changes', () => {
  it('only the calls that may not go on end, and their callers are told why', async () => {
    const nodes = await pair({ trust: { decide: () => ({ allow: true, reason: 'a test' }) } })
    const trustFunctions = { serverStream: 'long' }
    await nodes.server.services.rpc.serve(ConformanceService, conformance, { trustFunctions })
    const client = nodes.caller.services.rpc.client(ConformanceService, nodes.server.peerId)
    const never = new AbortController()
    const call = client.serverStream({ count: 2, wish: { hang: true } }, never)
    const told = failureOf(drain(call))
    const free = client.unary({ wish: { hang: true } }, never)
    const service = nodes.server.services.rpc as unknown as EndsDeniedWork
    const end = (allow: boolean) => service[endDeniedSymbol](() => allow)
    expect(end(true)).toEqual([])
    const ended: EndedWork[] = []
    await until(() => ended.push(...end(false)) > 0)
    expect(ended).toMatchObject([{ trustFunction: 'long' }])
    expect(String(ended[0]?.peer)).toBe(nodes.caller.peerId.toString())
    expect(await told).toMatchObject({ code: Code.PermissionDenied, rawMessage: 'this needs the function long' })
    expect(end(false)).toEqual([])
    never.abort()
    expect((await failureOf(free)).code).toBe(Code.Canceled)
  })
})
