import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { pathOnNode } from '../../src/through/path-on-node.ts'

it.each([
  ['of a data folder of this machine', { url: 'https://node.example.org:4000', dataDir: '/data' }],
  ['on loopback', { url: 'http://127.0.0.1:4000' }],
  ['behind a unix socket', { url: 'unix:/run/waystone.sock' }]
])('a relative path is one of this machine for a node %s', (_what, api) => {
  expect(pathOnNode(api, 'file')).toBe(resolve('file'))
})

it('a relative path means nothing to a node of another machine, and a whole one does', () => {
  const api = { url: 'https://node.example.org:4000' }
  expect(pathOnNode(api, '/var/file')).toBe('/var/file')
  const error = { name: 'PathRelativeError', exitCode: 2, hint: expect.stringContaining('whole path') }
  expect(() => pathOnNode(api, './file')).toThrow(expect.objectContaining(error))
})
