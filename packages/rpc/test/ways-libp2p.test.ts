import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conformance } from './conformance-service.ts'
import { ConformanceService } from './gen/conformance/v1/conformance_pb.ts'
import { cleanUp, pair } from './nodes.ts'
import { cases } from './ways/cases.ts'
import { clientWay } from './ways/client-way.ts'
import { expectOutcome } from './ways/expect-outcome.ts'
import type { ClientOptions } from '../src/index.ts'
import type { Pair } from './nodes.ts'
import type { Way } from './ways/way.ts'

let nodes: Pair

beforeAll(async () => {
  nodes = await pair()
  await nodes.server.services.rpc.serve(ConformanceService, conformance, { admin: true })
})
afterAll(cleanUp)

function way(options: ClientOptions): Way {
  return clientWay(nodes.caller.services.rpc.transport(nodes.server.peerId, options))
}

describe.each([
  ['protobuf', {}],
  ['JSON', { json: true }]
])('over a libp2p stream, as %s', (_, options) => {
  it.each(cases)('$method: $name', async call => expectOutcome(call, await way(options)(call)))
})

it('tells the handler which peer calls', async () => {
  const { answers } = await way({})({ name: 'who', method: 'unary', requests: [{}], expected: {} })
  expect(answers[0]).toHaveProperty('caller', `${nodes.caller.peerId.toString()} direct`)
})
