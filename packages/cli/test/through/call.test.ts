import { join } from 'node:path'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { expect, it, vi } from 'vitest'
import { runInside } from '../run-inside.ts'

vi.mock('../../src/edge/short-lived-edge.ts', () => ({
  startShortLivedEdge: () => {
    throw new Error('an edge was started')
  }
}))

const PEER = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'
const METHOD = 'hello.v1.HelloService/SayHello'

it.each([
  ['a method that is none', ['no method'], 'ProcedureInvalidError'],
  ['a message that is no JSON', [METHOD, 'no json'], 'JsonMessageInvalidError'],
  ['one of several messages that is no JSON', [METHOD, '{}', '{'], 'JsonMessageInvalidError']
])('%s is refused before a node of its own is started', async (_what, args, name) => {
  await using folder = await temporaryFolder()
  const dataDir = join(folder.path, 'edge')
  const { stderr } = await runInside(['call', PEER, ...args, '--data-dir', dataDir])
  expect(stderr).toContain(name)
  expect(stderr).not.toContain('an edge was started')
})
