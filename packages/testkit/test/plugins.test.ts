import { readinessSymbol } from '@waystone/interface'
import { readChunks } from '@waystone/kit'
import { expect, it } from 'vitest'
import { createTestnet } from '../src/index.ts'
import { nodeAt } from './services.ts'
import type { Plugin } from '@waystone/node'

const PROTOCOL = '/testkit/greeting/1.0.0'

/** Greets whoever opens a stream. */
const greeter: Plugin = {
  create: async () => components => ({
    start: () =>
      components.registrar.handle(PROTOCOL, async stream => {
        stream.send(new TextEncoder().encode('hello'))
        await stream.close()
      }),
    stop: () => components.registrar.unhandle(PROTOCOL)
  })
}

it('runs a plugin that is given for a role, where others reach it', async () => {
  await using testnet = await createTestnet({ relays: 1, edges: 2, hiddenEdges: 1, plugins: { edge: { greeter } } })
  const [edge, hidden] = [nodeAt(testnet.edges, 0), nodeAt(testnet.edges, 1)]
  const stream = await edge.libp2p.dialProtocol(hidden.libp2p.peerId, PROTOCOL, { runOnLimitedConnection: true })
  let text = ''
  for await (const chunk of readChunks(stream)) text += new TextDecoder().decode(chunk.subarray())
  expect(text).toBe('hello')
  expect(testnet.seeds.map(seed => 'greeter' in seed.libp2p.services)).toEqual([false])
})

it('waits for a plugin that has a say in readiness, and in vain names it', async () => {
  const sulking: Plugin = { create: async () => () => ({ [readinessSymbol]: () => ['nobody said please'] }) }
  await expect(createTestnet({ edges: 1, plugins: { edge: { sulking } }, readyTimeoutMs: 50 })).rejects.toMatchObject({
    name: 'TestnetNotReadyError',
    message: expect.stringContaining('edge-1: nobody said please')
  })
})
