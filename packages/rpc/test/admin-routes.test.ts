import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect'
import { afterEach, describe, expect, it } from 'vitest'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, rpcNode } from './nodes.ts'
import type { Client } from '@connectrpc/connect'
import type { RpcInit, ServeOptions } from '../src/index.ts'

afterEach(cleanUp)

/** What an admin HTTP server mounts, without the HTTP. */
async function mounted(init: RpcInit, options: ServeOptions): Promise<Client<typeof ConformanceService>> {
  const { rpc } = (await rpcNode(init)).services
  await rpc.serve(ConformanceService, conformance, options)
  return createClient(ConformanceService, createRouterTransport(await rpc.adminRoutes()))
}

async function codeOf(call: Promise<unknown>): Promise<Code> {
  return ConnectError.from(
    await call.then(
      () => new Error('the call did not fail'),
      (error: unknown) => error
    )
  ).code
}

describe('services that are mounted on another server', () => {
  it('are those for the operator, of whom no trust policy is asked', async () => {
    const asked: string[] = []
    const decide = (_: unknown, name: string): { allow: boolean; reason: string } => {
      asked.push(name)
      return { allow: false, reason: 'a test' }
    }
    const client = await mounted({ trust: { decide } }, { admin: true, trustFunction: 'admin' })
    expect((await client.unary({ text: 'operator' })).text).toBe('operator')
    expect(asked).toEqual([])
    const other = await mounted({}, {})
    expect(await codeOf(other.unary({}))).toBe(Code.Unimplemented)
  })

  it('bring their limits and interceptors along', async () => {
    let calls = 0
    const client = await mounted(
      { interceptors: [next => async request => (calls++, await next(request))] },
      { admin: true, maxMessages: 2 }
    )
    expect(await codeOf(client.unary({ payload: new Uint8Array(1024 * 1024) }))).toBe(Code.ResourceExhausted)
    expect(await codeOf(client.unary({ wish: { payloadBytes: 1 }, payload: new Uint8Array(1024 * 1024 + 1) }))).toBe(
      Code.ResourceExhausted
    )
    const requests = (async function* () {
      for (let index = 0; index < 3; index++) yield { text: 'x' }
    })()
    expect(await codeOf(client.clientStream(requests))).toBe(Code.ResourceExhausted)
    await client.unary({})
    expect(calls).toBeGreaterThan(0)
  })
})
