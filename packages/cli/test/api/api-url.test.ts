import { expect, it } from 'vitest'
import { parseApiUrl } from '../../src/api/api-url.ts'

it.each([
  ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
  ['http://[::1]:4000/', 'http://[::1]:4000'],
  ['http://localhost:4000', 'http://localhost:4000'],
  ['https://node.example:4000/admin/', 'https://node.example:4000/admin']
])('%s is called at %s', (text, url) => expect(parseApiUrl(text)).toEqual({ url, baseUrl: url }))

it.each(['unix:/run/waystone.sock', 'unix:///run/waystone.sock'])('%s is a socket', text => {
  expect(parseApiUrl(text)).toMatchObject({ url: 'unix:/run/waystone.sock', socketPath: '/run/waystone.sock' })
})

it.each([
  '',
  '127.0.0.1:4000',
  'ftp://127.0.0.1',
  'unix:relative',
  'http://node.example:4000',
  'http://127.0.0.1.example:4000',
  'http://user@127.0.0.1:4000',
  'https://user:secret@node.example'
])('%j is refused', text => {
  expect(() => parseApiUrl(text)).toThrow(expect.objectContaining({ name: 'ApiUrlInvalidError', exitCode: 2 }))
})
