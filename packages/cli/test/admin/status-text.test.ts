import { create } from '@bufbuild/protobuf'
import { GetNodeResponseSchema } from '@waystone/wire/admin'
import { expect, test } from 'vitest'
import { renderStatus } from '../../src/admin/status-text.ts'

function clusterLine(state: string, role = 'seed', fileSequence: bigint | undefined = 12n): string | undefined {
  const cluster = { name: 'main', state, connectedMembers: 3, runningMembers: 5, ...(fileSequence && { fileSequence }) }
  const lines = renderStatus(create(GetNodeResponseSchema, { role, cluster }), [])
  return lines.find(line => line.startsWith('cluster '))?.replace(/^cluster +/, '')
}

test.each([
  ['alone', 'main: alone, no other member is connected, list 12; see waystone cluster status'],
  ['partial', 'main: partial, 3 of 5 members connected, list 12; see waystone cluster status'],
  ['joined', 'main: joined, 3 of 5 members connected, list 12; see waystone cluster status'],
  ['revoked', 'main: this node was removed from its list, list 12; see waystone cluster status']
])('the status says how the cluster does: %s', (state, said) => {
  expect(clusterLine(state)).toBe(said)
})

test.each([
  ['edge', 'main: used as a guest, as it should be, 3 of 5 members connected, list 12; see waystone cluster status'],
  ['relay', 'main: used as a guest, as it should be, 3 of 5 members connected, list 12; see waystone cluster status'],
  ['seed', 'main: this seed is not on its list, list 12; see waystone cluster status']
])('who is not on the list is a guest, unless it is a seed: %s', (role, said) => {
  expect(clusterLine('not-a-member', role)).toBe(said)
})

test('no list is shown before it is here', () => {
  expect(clusterLine('no-file', 'seed', 0n)).toBe(
    'main: its list of members is not here yet; see waystone cluster status'
  )
})

test('without a cluster the status has no line for one', () => {
  const lines = renderStatus(create(GetNodeResponseSchema, {}), [])
  expect(lines.filter(line => line.startsWith('cluster '))).toEqual([])
})
