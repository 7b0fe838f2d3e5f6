import { Code, ConnectError } from '@connectrpc/connect'
import { expect, it } from 'vitest'
import { WaystoneError } from '@waystone/interface'
import { rpcError } from '@waystone/rpc'
import { callFailure } from '../../src/api/index.ts'

class PeerGoneError extends WaystoneError {
  static override readonly name = 'PeerGoneError'
}

it('shows the name, message and hint that the node gave', () => {
  const error = rpcError(Code.NotFound, new PeerGoneError('it is gone', { hint: 'wait' }))
  expect(callFailure(error)).toMatchObject({ name: 'PeerGoneError', message: 'it is gone', hint: 'wait', exitCode: 1 })
})

it('a failure without a name has that of every call', () => {
  expect(callFailure(new ConnectError('x', Code.Internal))).toMatchObject({ name: 'CallFailedError', exitCode: 1 })
})

it('a failure with a code alone still says what to do', () => {
  expect(callFailure(new ConnectError('x', Code.PermissionDenied)).hint).toContain('trust.grants')
  expect(callFailure(new ConnectError('x', Code.Unimplemented)).hint).toContain('name of the method')
})

it('an argument that the node refuses is a usage error', () => {
  expect(callFailure(new ConnectError('x', Code.InvalidArgument)).exitCode).toBe(2)
})
