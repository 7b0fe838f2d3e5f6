import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAddress, isTunnelName, parseLocal, parseTarget } from '../src/address.ts'

describe('a local address', () => {
  it.each([
    ['8080', { host: '127.0.0.1', port: 8080 }],
    ['0', { host: '127.0.0.1', port: 0 }],
    ['localhost:80', { host: '127.0.0.1', port: 80 }],
    ['127.0.0.1:80', { host: '127.0.0.1', port: 80 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
    ['[::]:80', { host: '::', port: 80 }],
    ['unix:/run/web.sock', { path: '/run/web.sock' }]
  ])('may be %s', (text, address) => {
    expect(parseLocal(text)).toEqual(address)
  })

  it.each([
    '',
    ':80',
    '*:80',
    'example.org:80',
    '::80',
    '::1:80',
    '[127.0.0.1]:80',
    '65536',
    '-1',
    '1e3',
    '80 ',
    'unix:',
    'unix:web.sock',
    `unix:/${'x'.repeat(103)}`,
    'unix:/a\0b',
    '0:80'
  ])('may not be %j', text => {
    expect(() => parseLocal(text)).toThrow(expect.objectContaining({ name: 'TunnelAddressInvalidError' }))
  })
})

describe('a target', () => {
  it.each([
    ['db.internal:5432', { host: 'db.internal', port: 5432 }],
    ['[fd00::1]:80', { host: 'fd00::1', port: 80 }],
    ['unix:/run/web.sock', { path: '/run/web.sock' }]
  ])('may be %s', (text, address) => {
    expect(parseTarget(text)).toEqual(address)
  })

  it.each(['80', 'host', 'host:0', 'http://host:80', 'host:80/path', '[fd00::1', '[gg]:80'])('may not be %j', text => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ name: 'TunnelAddressInvalidError' }))
  })
})

it('reads back every address that it writes, and throws nothing else at any text', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      for (const parse of [parseLocal, parseTarget]) {
        try {
          const address = parse(text)
          expect(parseLocal(formatAddress(address))).toBeDefined()
        } catch (error) {
          expect(error).toHaveProperty('name', 'TunnelAddressInvalidError')
        }
      }
    })
  )
})

it('names are short and plain', () => {
  expect(['web', '0', 'a-b', 'x'.repeat(32)].every(isTunnelName)).toBe(true)
  expect(['', '-a', 'A', 'a_b', 'a/b', 'web\n', 'x'.repeat(33)].some(isTunnelName)).toBe(false)
})
