import { createConnectTransport } from '@connectrpc/connect-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, rpcNode } from './nodes.ts'
import { cases } from './ways/cases.ts'
import { clientWay } from './ways/client-way.ts'
import { expectOutcome } from './ways/expect-outcome.ts'
import { serveHttp } from './ways/http-server.ts'
import type { HttpServer } from './ways/http-server.ts'

let servers: Record<'1.1' | '2', HttpServer>

beforeAll(async () => {
  const node = await rpcNode()
  await node.services.rpc.serve(ConformanceService, conformance, { admin: true })
  servers = { '1.1': await serveHttp(node.services.rpc, '1.1'), 2: await serveHttp(node.services.rpc, '2') }
})
afterAll(async () => {
  await Promise.all(Object.values(servers).map(server => server.close()))
  await cleanUp()
})

describe.each([
  ['1.1', 'protobuf'],
  ['1.1', 'JSON'],
  ['2', 'protobuf'],
  ['2', 'JSON']
] as const)('over HTTP/%s, as %s', (httpVersion, form) => {
  // HTTP/1.1 cannot carry both directions at once
  const possible = cases.filter(({ method }) => httpVersion === '2' || method !== 'bidiStream')

  it.each(possible)('$method: $name', async call => {
    const baseUrl = servers[httpVersion].url
    const way = clientWay(createConnectTransport({ httpVersion, baseUrl, useBinaryFormat: form === 'protobuf' }))
    expectOutcome(call, await way(call))
  })
})

it('tells the handler that the operator calls', async () => {
  const way = clientWay(createConnectTransport({ httpVersion: '1.1', baseUrl: servers['1.1'].url }))
  const { answers } = await way({ name: 'who', method: 'unary', requests: [{}], expected: {} })
  expect(answers[0]).toHaveProperty('caller', 'operator')
})
