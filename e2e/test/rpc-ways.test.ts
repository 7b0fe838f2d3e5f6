import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conformance } from '../../packages/rpc/test/conformance-service.ts'
import { ConformanceService } from '../../packages/rpc/test/gen/conformance/v1/conformance_pb.ts'
import { cleanUp, rpcNode } from '../../packages/rpc/test/nodes.ts'
import { cases } from '../../packages/rpc/test/ways/cases.ts'
import { expectOutcome } from '../../packages/rpc/test/ways/expect-outcome.ts'
import { serveHttp } from '../../packages/rpc/test/ways/http-server.ts'
import { curl } from '../harness/curl.ts'
import { curlWay } from '../harness/curl-way.ts'
import type { HttpServer } from '../../packages/rpc/test/ways/http-server.ts'

// the other ways in, with the same table: packages/rpc/test/ways-*.test.ts, rpc-browser.test.ts
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

describe.each(['1.1', '2'] as const)('curl with JSON over HTTP/%s', version => {
  // HTTP/1.1 cannot carry both directions at once; over HTTP/2 curl 7.88 may lose the answer to
  // a request that is refused while it is still being sent
  const possible = cases.filter(({ method }) => (version === '2' ? method !== 'unary' : method !== 'bidiStream'))

  it.each(possible)('$method: $name', async call => {
    expectOutcome(call, await curlWay(servers[version].url, version)(call))
  })
})

it('curl needs no more than a path and a JSON object', async () => {
  const url = `${servers['1.1'].url}/conformance.v1.ConformanceService/Unary`
  const { status, body } = await curl({ args: ['--json', '{"text":"hello"}', url] })
  expect(status).toBe(200)
  expect(JSON.parse(body.toString())).toEqual({ text: 'hello', caller: 'operator' })
})
