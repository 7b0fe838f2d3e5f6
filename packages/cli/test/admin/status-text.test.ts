import { create } from '@bufbuild/protobuf'
import { GetNodeResponseSchema } from '@waystone/wire/admin'
import { expect, test } from 'vitest'
import { renderStatus } from '../../src/admin/status-text.ts'

test.each([
  ['alone', 'alone: no other member is connected'],
  ['joined', 'joined, see waystone cluster status']
])('the status says how the cluster does: %s', (clusterState, said) => {
  const lines = renderStatus(create(GetNodeResponseSchema, { clusterState }), [])
  expect(lines.find(line => line.startsWith('cluster '))?.replace(/^cluster +/, '')).toBe(said)
})

test.each([
  ['edge', 'uses it as a guest: not on its list, as it should be'],
  ['relay', 'uses it as a guest: not on its list, as it should be'],
  ['seed', 'not-a-member, see waystone cluster status']
])('who is not on the list is a guest, unless it is a seed: %s', (role, said) => {
  const lines = renderStatus(create(GetNodeResponseSchema, { clusterState: 'not-a-member', role }), [])
  expect(lines.find(line => line.startsWith('cluster '))?.replace(/^cluster +/, '')).toBe(said)
})

test('without a cluster the status has no line for one', () => {
  const lines = renderStatus(create(GetNodeResponseSchema, {}), [])
  expect(lines.filter(line => line.startsWith('cluster '))).toEqual([])
})
