import { readinessSymbol } from '@waystone/interface'
import { readChunks } from '@waystone/kit'
import { definePlugin } from '@waystone/plugin'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestnet } from '../src/index.ts'
import { nodeAt } from './services.ts'
import type { Plugin, WaystoneNode } from '@waystone/node'

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

describe('plugins made with definePlugin', () => {
  const greet = definePlugin({
    name: 'hello',
    config: z.object({ greeting: z.string().default('hello') }),
    async create({ config, protocols }) {
      await protocols.handle(PROTOCOL, async stream => {
        stream.send(new TextEncoder().encode(config.greeting))
        await stream.close()
      })
    }
  })

  async function greeting(from: WaystoneNode, to: WaystoneNode): Promise<string> {
    const stream = await from.libp2p.dialProtocol(to.libp2p.peerId, PROTOCOL)
    let text = ''
    for await (const chunk of readChunks(stream)) text += new TextDecoder().decode(chunk.subarray())
    return text
  }

  it('run in every edge, and only there', async () => {
    await using testnet = await createTestnet({ edges: 2, plugins: [greet] })
    const [edge, other] = [nodeAt(testnet.edges, 0), nodeAt(testnet.edges, 1)]
    expect(await greeting(edge, other)).toBe('hello')
    expect(nodeAt(testnet.seeds, 0).libp2p.getProtocols()).not.toContain(PROTOCOL)
  })

  it('get a config, and run in the roles that are named', async () => {
    const plugins = [{ plugin: greet, config: { greeting: 'hi' }, roles: ['seed' as const] }]
    await using testnet = await createTestnet({ edges: 1, plugins })
    expect(await greeting(nodeAt(testnet.edges, 0), nodeAt(testnet.seeds, 0))).toBe('hi')
  })

  it('with a bad config keep the testnet from starting', async () => {
    const plugins = [{ plugin: greet, config: { greting: 'hi' } }]
    await expect(createTestnet({ edges: 1, plugins })).rejects.toMatchObject({
      name: 'NodeStartFailedError',
      message: expect.stringContaining('config.greting')
    })
  })
})

it('waits for a plugin that has a say in readiness, and in vain names it', async () => {
  const sulking: Plugin = { create: async () => () => ({ [readinessSymbol]: () => ['nobody said please'] }) }
  await expect(createTestnet({ edges: 1, plugins: { edge: { sulking } }, readyTimeoutMs: 50 })).rejects.toMatchObject({
    name: 'TestnetNotReadyError',
    message: expect.stringContaining('edge-1: nobody said please')
  })
})
