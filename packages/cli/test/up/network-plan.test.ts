import { describe, expect, it } from 'vitest'
import { configSchema } from '@waystone/node/config'
import { configOf, directAddress, nameNodes } from '../../src/up/network-plan.ts'
import type { PlannedNode } from '../../src/up/network-plan.ts'

const names = nameNodes({ seed: 2, relay: 2, edge: 3 }, '/data')
const network: PlannedNode[] = names.map((name, index) => ({
  ...name,
  peerId: `peer-${name.name}`,
  // the last edge has none
  ...(index < names.length - 1 && { port: 5_000 + index })
}))

function configNamed(name: string) {
  const node = network.find(planned => planned.name === name)
  if (node === undefined) throw new Error(`no ${name}`)
  return configOf(node, network)
}

describe('the plan of a local network', () => {
  it('names nodes by role, seeds first', () => {
    expect(names.map(({ name }) => name)).toEqual([
      'seed-1',
      'seed-2',
      'relay-1',
      'relay-2',
      'edge-1',
      'edge-2',
      'edge-3'
    ])
    expect(names[0]).toEqual({ name: 'seed-1', role: 'seed', dataDir: '/data/seed-1' })
  })

  it('gives every node all seeds but itself', () => {
    expect(configNamed('seed-1').seeds).toEqual(['/ip4/127.0.0.1/tcp/5001/p2p/peer-seed-2'])
    expect(configNamed('edge-1').seeds).toHaveLength(2)
  })

  it('lets the last edge listen nowhere but on all relays, and never become direct', () => {
    const config = configNamed('edge-3')
    expect(config.addresses).toEqual({ listen: [] })
    expect(config.relays).toEqual([
      '/ip4/127.0.0.1/tcp/5002/p2p/peer-relay-1',
      '/ip4/127.0.0.1/tcp/5003/p2p/peer-relay-2'
    ])
    expect(config.nat).toEqual({ dcutr: false })
    expect(config.transports).toMatchObject({ webrtc: false, ws: false, quic: false })
  })

  it('asks no relay for the edges that others can dial', () => {
    expect(configNamed('edge-1').relays).toEqual([])
    expect(directAddress({ ...names[0]!, peerId: 'p' })).toBeUndefined()
  })

  it('writes only keys that the schema knows', () => {
    const known = Object.keys(configSchema.shape)
    for (const { name } of network) {
      const { extends: preset, ...sections } = configNamed(name)
      expect(preset).toBe('dev')
      expect(Object.keys(sections).filter(key => !known.includes(key))).toEqual([])
    }
  })
})
