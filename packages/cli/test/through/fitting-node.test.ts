import { describe, expect, it } from 'vitest'
import { differenceOf } from '../../src/through/fitting-node.ts'

const SEED = '/dns4/seed.example.org/tcp/4001/p2p/12D3KooWEaF3YrCC5h8CDM85AvYrVUXqL5Ljua9AL2aYdC6D6oLp'
const OTHER = '/dns4/other.example.org/tcp/4001/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
const node = { network: 'main', seeds: [{ address: SEED }] }

describe('whether a running node does what the command line asks for', () => {
  it.each([
    ['nothing', {}],
    ['its network', { network: 'main' }],
    ['its seeds', { seeds: SEED }],
    ['no seeds', { seeds: '' }],
    ['how its folder is found', { dataDir: '/data', config: 'my.yaml', preset: 'dev' }]
  ])('fits: %s', (_what, options) => {
    expect(differenceOf(options, node)).toBeUndefined()
  })

  it.each([
    ['another network', { network: 'other' }, 'is of the network main'],
    ['another seed', { seeds: `${SEED}, ${OTHER}` }, 'has other seeds'],
    ['listeners', { listen: '/ip4/127.0.0.1/tcp/0' }, 'has its own --listen'],
    ['relays', { relays: OTHER }, 'has its own --relays'],
    ['settings', { set: { 'nat.upnp': 'true' } }, 'has its own --set']
  ])('differs: %s', (_what, options, difference) => {
    expect(differenceOf(options, node)).toBe(difference)
  })
})
