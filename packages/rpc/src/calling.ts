/**
 * What calls of our own need, loaded at the first one; see `LateCallers`.
 */
export { CallerStreams } from './caller-streams.ts'
export { callJson } from './json-call.ts'
export { createPeerClient } from './peer-client.ts'
export { createPeerTransport, httpClient } from './transport.ts'
