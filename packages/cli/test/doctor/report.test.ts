import { create } from '@bufbuild/protobuf'
import { expect, it } from 'vitest'
import { DiagnosisSchema, Health } from '@waystone/wire/admin'
import { exitCodeOf, jsonReport, textReport } from '../../src/doctor/report.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'

type FindingInit = NonNullable<MessageInitShape<typeof DiagnosisSchema>['findings']>[number]

const findings: FindingInit[] = [
  { check: 'udp', health: Health.HEALTHY, summary: 'UDP works', detail: '{"kind":"udp"}' },
  { check: 'seed:12D3', health: Health.DEGRADED, summary: 'seed …4kx6nXTN is down', hint: 'is it up?', detail: '{}' },
  { check: 'clock', health: Health.UNKNOWN, summary: 'clock ± 1 s', detail: 'no JSON' },
  { check: 'moon', health: Health.BROKEN, summary: 'steered \u001b[2J by a remote', detail: '{}' }
]

function diagnosis(verdict: Health, given = findings) {
  const about = { peerId: '12D3KooW', role: 'edge', version: '0.1.0', atMs: 1_700_000_000_000n }
  return create(DiagnosisSchema, { verdict, findings: given, ...about })
}

it('groups findings, with a sign for each and the hints below', () => {
  expect(textReport(diagnosis(Health.BROKEN), { LANG: 'en_GB.UTF-8' })).toEqual([
    'broken: edge 12D3KooW, waystone 0.1.0, 2023-11-14T22:13:20.000Z',
    '',
    'This machine',
    '  · clock ± 1 s',
    '',
    'Network',
    '  ! seed …4kx6nXTN is down',
    '      → is it up?',
    '',
    'How others reach this node',
    '  ✓ UDP works',
    '',
    'Other',
    '  ✗ steered \ufffd[2J by a remote',
    '',
    'This report names peer ids and IP addresses. It holds no keys, tokens or passphrases.'
  ])
})

it.each([{ LANG: 'C' }, {}, { LANG: 'en_GB.UTF-8', LC_ALL: 'POSIX' }, { LANG: 'en_GB.UTF-8', TERM: 'dumb' }])(
  'is plain ASCII with %o',
  env => {
    const text = textReport(diagnosis(Health.BROKEN), env).join('\n')
    expect(text).toMatch(/^[\n\x20-\x7e]*$/)
    expect(text).toContain('  + UDP works')
    expect(text).toContain('  ! seed ...4kx6nXTN is down\n      -> is it up?')
    expect(text).toContain('  - clock +/- 1 s')
  }
)

it('is one object for programs, also with details that are no JSON', () => {
  expect(jsonReport(diagnosis(Health.DEGRADED))).toMatchObject({
    verdict: 'degraded',
    role: 'edge',
    at: '2023-11-14T22:13:20.000Z',
    findings: [
      { check: 'udp', health: 'healthy', detail: { kind: 'udp' } },
      { check: 'seed:12D3', health: 'degraded', hint: 'is it up?' },
      { check: 'clock', health: 'unknown', detail: 'no JSON' },
      { check: 'moon', health: 'broken' }
    ]
  })
})

it.each([
  [Health.HEALTHY, 0],
  [Health.DEGRADED, 5],
  [Health.BROKEN, 6]
])('health %i ends with %i', (health, code) => {
  expect(exitCodeOf(diagnosis(health))).toBe(code)
})
