import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import { linesOf } from './rejection.ts'
import { writeFiles } from './scratch-folder.ts'

const PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
/** The IPNS name of that key. */
const NAME = 'k51qzi5uqu5di3f1nh9ghouv3e5dfupe3wbgb8gy679ko7ttpovbtr2bwjz8rt'

test.each<[string, Record<string, string>, string]>([
  ['a name without a key', { 'cluster.name': 'a' }, "cluster.name = 'a': needs cluster.key"],
  ['a level without a key', { 'cluster.trustlevel': 'trusted' }, "cluster.trustlevel = 'trusted': needs cluster.key"],
  [
    'a file without a record',
    { 'cluster.key': NAME, 'cluster.file': '/a' },
    "cluster.file = '/a': needs cluster.record"
  ],
  ['a record without a file', { 'cluster.key': NAME, 'cluster.record': '/a' }, 'needs cluster.file too'],
  ['a key that is none', { 'cluster.key': `k51${'a'.repeat(59)}` }, 'cluster.key = '],
  ['names that admit nobody', { 'discovery.dns': 'seeds.example.org' }, 'nothing says whom they may belong to'],
  ['URLs that admit nobody', { 'discovery.urls': 'https://example.org/s' }, 'nothing says whom they may belong to']
])('%s is refused', async (_what, flags, line) => {
  const lines = await linesOf({ flags })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(line)
})

test.each<[string, string, string]>([
  ['the key of the cluster', `{ label: other, pubkey: ${NAME}, trustlevel: peer }`, 'is the key of the cluster'],
  ['its label', `{ label: cluster, pubkey: ${PEER}, trustlevel: peer }`, 'is the name of the cluster']
])('an entry with %s is refused', async (_what, entry, line) => {
  const cwd = await writeFiles({ 'a.yaml': `cluster: { key: ${NAME} }\ntrust: { entries: [${entry}] }\n` })
  const lines = await linesOf({ file: 'a.yaml', cwd })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(line)
})

test.each<[string, Record<string, string>]>([
  ['with a cluster', { 'cluster.key': NAME }],
  ['with the cluster key as a peer id', { 'cluster.key': PEER, 'cluster.name': 'other' }],
  ['with seeds', { seeds: `/ip4/192.0.2.7/tcp/1/p2p/${PEER}` }]
])('names are looked up %s', async (_what, flags) => {
  const { config } = await loadConfig({ flags: { ...flags, 'discovery.dns': 'seeds.example.org' } })
  expect(config.discovery.dns).toEqual(['seeds.example.org'])
})
