import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { foreignBecause, holdsToken, inUrl, namesOf } from '../../src/admin/access.ts'
import { isLoopback } from '../../src/config/loopback.ts'

const names = { hosts: namesOf(['Node.Example'], '192.0.2.7'), scheme: 'http' as const }

test.each(['localhost', 'LOCALHOST:9', '127.0.0.1:1', '[::1]', 'node.example:443', 'NODE.example', '192.0.2.7:80'])(
  'a request for %s is meant for this server',
  host => {
    expect(foreignBecause({ host }, names)).toBeUndefined()
  }
)

test.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  'xlocalhost',
  '127.0.0.2',
  'localhost:80:80',
  'localhost/'
])('a request for %j is meant for another one', host => {
  expect(foreignBecause({ ...(host !== undefined && { host }) }, names)).toContain('Host')
})

test('a page of this very server may call it, also through a port that was forwarded', () => {
  expect(foreignBecause({ host: 'localhost:9000', origin: 'http://localhost:9000' }, names)).toBeUndefined()
})

test.each([
  'http://evil.example',
  'null',
  '',
  'http://localhost',
  'http://localhost:8080',
  'https://localhost:9000',
  'http://127.0.0.1:9000',
  'http://localhost:9000, http://localhost:9000'
])('a page of %j may not', origin => {
  expect(foreignBecause({ host: 'localhost:9000', origin }, names)).toContain('origin')
})

test.each(['cross-site', 'same-site', 'anything'])('a browser that says %s is refused', site => {
  expect(foreignBecause({ host: 'localhost', 'sec-fetch-site': site }, names)).toContain('site')
})

test.each(['none', 'same-origin'])('a browser that says %s is answered', site => {
  expect(foreignBecause({ host: 'localhost', 'sec-fetch-site': site }, names)).toBeUndefined()
})

test('behind a unix socket the name means nothing, the origin does', () => {
  const socket = { hosts: 'any', scheme: 'http' } as const
  expect(foreignBecause({ host: 'anything' }, socket)).toBeUndefined()
  expect(foreignBecause({ host: 'anything', origin: 'http://evil.example' }, socket)).toContain('origin')
})

const TOKEN = 'ab'.repeat(32)

test.each([`Bearer ${TOKEN}`, `bearer  ${TOKEN}`])('%s opens', header => {
  expect(holdsToken(header, TOKEN)).toBe(true)
})

test.each([
  undefined,
  '',
  TOKEN,
  `Basic ${TOKEN}`,
  `Bearer ${TOKEN}x`,
  `Bearer ${TOKEN} x`,
  `Bearer x${TOKEN}`,
  'Bearer '
])('%j does not', header => {
  expect(holdsToken(header, TOKEN)).toBe(false)
})

test('nothing but the token opens, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (header, other) => {
      expect(holdsToken(header, TOKEN)).toBe(false)
      expect(holdsToken(`Bearer ${other}`, TOKEN)).toBe(other === TOKEN)
      expect(foreignBecause({ host: header, origin: other }, names)).toBeTypeOf('string')
    })
  )
})

test('an IPv4 address that came over IPv6 is named as such', () => {
  expect(['::ffff:192.0.2.7', '::1', '10.0.0.1'].map(inUrl)).toEqual(['192.0.2.7', '[::1]', '10.0.0.1'])
})

test('only loopback is loopback', () => {
  expect(['localhost', '127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '::', '192.168.1.1', '127.0.0.1.example', 'example'].some(isLoopback)).toBe(false)
})

test('an IPv6 address can be one of the names', () => {
  const hosts = namesOf(['FD00::7'], undefined)
  expect(foreignBecause({ host: '[fd00::7]:40213' }, { hosts, scheme: 'https' })).toBeUndefined()
})
