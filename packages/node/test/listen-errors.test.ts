import { expect, test } from 'vitest'
import { namedListenError } from '../src/libp2p/listen-errors.ts'

function summary(...lines: string[]): Error {
  const error = new Error(
    `Some configured addresses failed to be listened on:\n${lines.map(line => `\n  ${line}\n`).join('')}`
  )
  error.name = 'UnsupportedListenAddressesError'
  return error
}

test('only the addresses whose port is taken are named', () => {
  const error = summary(
    '/ip4/0.0.0.0/tcp/4001: Error: listen EADDRINUSE: address already in use 0.0.0.0:4001\n      at Server.setupListenHandle',
    '/ip6/::/tcp/4001: Error: listen EAFNOSUPPORT'
  )
  expect(namedListenError(error, [])).toMatchObject({
    name: 'PortInUseError',
    message: 'another process listens on /ip4/0.0.0.0/tcp/4001',
    hint: expect.any(String),
    cause: error
  })
})

test('other reasons are given with their address', () => {
  const error = summary('/ip4/192.0.2.1/tcp/0: Error: listen EADDRNOTAVAIL: address not available 192.0.2.1')
  expect(namedListenError(error, [])).toMatchObject({
    name: 'ListenFailedError',
    message: 'cannot listen on /ip4/192.0.2.1/tcp/0 (Error: listen EADDRNOTAVAIL: address not available 192.0.2.1)'
  })
})

test('WebRTC-direct, which says no address, is named by the configured ones', () => {
  const listen = ['/ip4/0.0.0.0/tcp/4001', '/ip4/0.0.0.0/udp/4003/webrtc-direct']
  expect(namedListenError(new Error('Failed to register ICE UDP mux listener'), listen)).toMatchObject({
    name: 'PortInUseError',
    message: 'another process listens on /ip4/0.0.0.0/udp/4003/webrtc-direct'
  })
})

test('every other error stays as it is', () => {
  const other = new Error('listen EADDRINUSE')
  expect(namedListenError(other, [])).toBe(other)
  expect(namedListenError('text', [])).toBe('text')
})
