/**
 * Connect services over libp2p streams: defined in protobuf, called by peer id,
 * address, or "any connected peer that serves it".
 *
 * @example
 * const node = await createLibp2p({ services: { rpc: rpc() } })
 * await node.services.rpc.serve(HelloService, {
 *   sayHello: ({ name }, { values }) => ({ text: `hello ${name}` })
 * })
 *
 * const hello = other.services.rpc.client(HelloService, node.peerId)
 * console.log((await hello.sayHello({ name: 'x' }, { timeoutMs: 1_000 })).text)
 *
 * @packageDocumentation
 */
export { rpc } from './service.ts'
export { callerKey } from './caller.ts'
export type { Caller, OperatorCaller, PeerCaller } from './caller.ts'
export { describeRpcFailure, rpcError } from './error-info.ts'
export type { RpcFailure } from './error-info.ts'
export * from './errors.ts'
export { checkMessages, JsonMessageInvalidError, procedurePath, ProcedureInvalidError } from './json-request.ts'
export type { JsonCallOptions } from './json-call.ts'
export { createCursors } from './pagination.ts'
export type { Cursors, Page, PageQuery, RowsAfter } from './pagination.ts'
export type { ClientOptions, LateService, Rpc, RpcComponents, RpcInit, RpcTarget, ServeOptions } from './contract.ts'
