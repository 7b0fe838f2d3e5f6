import { peerIdFromString } from '@libp2p/peer-id'
import { MemoryDatastore } from 'datastore-core'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { TrustAcl } from '../src/index.ts'
import { FunctionMatrix } from '../src/model/matrix.ts'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

test('the example of the README says what it prints', async () => {
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
  const printed: unknown[] = []
  const body = code.replaceAll(/^import .*\n/gm, '').replaceAll('console.log', 'print')
  const names = ['TrustAcl', 'peerIdFromString', 'MemoryDatastore', 'print']
  // oxlint-disable-next-line no-implied-eval -- the README's own code
  const run = Function(...names, `return (async () => { ${body} })()`)
  await run(TrustAcl, peerIdFromString, MemoryDatastore, (value: unknown) => void printed.push(value))
  expect(printed).toEqual([
    { allow: true, reason: 'offer-relay is allowed at level advanced' },
    'blocked',
    { allow: false, reason: 'blocked by "friend"' }
  ])
})

test('the table of the README is the matrix', () => {
  for (const { function: name, description, allowed } of new FunctionMatrix().rows) {
    expect(readme).toContain(`| \`${name}\` | ${allowed[0] ?? 'nobody'} | ${description} |`)
  }
})
