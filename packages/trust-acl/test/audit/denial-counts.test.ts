import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { AuditLog } from '../../src/audit/audit-log.ts'
import { MAX_COUNTED_FUNCTIONS } from '../../src/audit/constants.ts'
import { denialReason } from '../../src/audit/denial-reason.ts'
import { FunctionMatrix } from '../../src/model/matrix.ts'
import { AddressRules } from '../../src/rules/address-rules.ts'

test('denials are counted by function and kind of reason', () => {
  const log = new AuditLog()
  for (const subject of ['a', 'a', 'b']) {
    log.add({ kind: 'denied', subject, function: 'admin', reason: 'admin is denied at level none' })
  }
  log.add({ kind: 'denied', subject: 'c', function: 'admin', reason: 'blocked by "x"' })
  log.add({ kind: 'closed', subject: 'c', function: 'admin', reason: 'blocked by "x"' })
  expect(log.denialCounts()).toEqual([
    { function: 'admin', reason: 'level', count: 3 },
    { function: 'admin', reason: 'blocked', count: 1 }
  ])
})

test('functions are counted by name up to a number, and the others together', () => {
  const log = new AuditLog()
  for (let at = 0; at < 10_000; at++) {
    log.add({ kind: 'denied', subject: 'a', function: `protocol:/${at}`, reason: 'protocol is denied at level none' })
  }
  const counts = log.denialCounts()
  expect(counts).toHaveLength(MAX_COUNTED_FUNCTIONS + 1)
  expect(counts.at(-1)).toEqual({ function: 'other', reason: 'level', count: 10_000 - MAX_COUNTED_FUNCTIONS })
})

test('the kind of a reason is that of the sentence, whatever a label in it says', () => {
  const lists = { default: 'deny', allow: [], deny: ['192.0.2.1', '2001:db8::/32'], files: [], feeds: [] } as const
  const rules = new AddressRules({ config: lists })
  for (const address of ['/ip4/192.0.2.1/tcp/1', '/ip4/192.0.2.2/tcp/1', '/ip6/2001:db8::1/tcp/1']) {
    expect(denialReason(rules.check(multiaddr(address))?.reason ?? '')).toBe('rule')
  }
  expect(denialReason(new FunctionMatrix().answer('admin', 'none').reason)).toBe('level')
  expect(denialReason('blocked by "admin is denied at level none"')).toBe('blocked')
  expect(denialReason('admin is denied by "blocked by "x"" (override)')).toBe('override')
  expect(denialReason('connect is denied: "x (override)" names other addresses (strict)')).toBe('strict')
  expect(denialReason('something else')).toBe('other')
})
