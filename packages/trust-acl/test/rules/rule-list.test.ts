import { expect, test } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { RuleList } from '../../src/rules/rule-list.ts'
import { Told } from '../people.ts'

test.each([
  ['192.0.2.1\n', 0, 'drop: 1 rule'],
  ['192.0.2.1\n192.0.2.2\n', 0, 'drop: 2 rules'],
  ['192.0.2.1\nnonsense\n', 0.5, 'drop: 1 rule, 1 unreadable line passed over'],
  ['', 0, 'drop: 0 rules']
])('the audit counts the rules of %j', async (text, tolerated, line) => {
  const told = new Told()
  const list = new RuleList({ name: 'drop', action: 'deny', clock: new ManualClock(), audit: told, onChange: () => {} })
  await list.replace(text, { tolerated })
  expect(told.of('fetched')).toEqual([line])
})
