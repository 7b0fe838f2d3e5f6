import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { FrameTooLargeError } from '@waystone/kit'
import {
  RequestHeadSchema,
  ResponseHeadSchema,
  RPC_FRAME,
  RPC_HEAD_MAX_BYTES,
  TrailersSchema
} from '@waystone/wire/rpc'
import { Uint8ArrayList } from 'uint8arraylist'
import { RpcFrameInvalidError } from './errors.ts'
import type { Header } from '@waystone/wire/rpc'

export interface RequestHead {
  path: string
  header: Headers
}

export interface ResponseHead {
  status: number
  header: Headers
}

export type FrameKind = keyof typeof RPC_FRAME

export interface Frame {
  kind: FrameKind
  bytes: Uint8Array
}

const KINDS = new Map<number, FrameKind>([
  [RPC_FRAME.head, 'head'],
  [RPC_FRAME.body, 'body'],
  [RPC_FRAME.trailers, 'trailers'],
  [RPC_FRAME.credit, 'credit']
])

/** What stands behind the length of a frame; the bytes are not copied. */
export function encodeFrame(kind: FrameKind, bytes: Uint8Array): Uint8ArrayList {
  return new Uint8ArrayList(Uint8Array.of(RPC_FRAME[kind]), bytes)
}

/** @throws RpcFrameInvalidError */
export function decodeFrame(frame: Uint8ArrayList): Frame {
  const kind = frame.byteLength === 0 ? undefined : KINDS.get(frame.get(0))
  if (kind === undefined) throw new RpcFrameInvalidError('a frame of an unknown kind')
  return { kind, bytes: frame.subarray(1) }
}

/** @throws FrameTooLargeError */
export function checkHead(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength <= RPC_HEAD_MAX_BYTES) return bytes
  throw new FrameTooLargeError(`a head or trailers of ${bytes.byteLength} bytes are over ${RPC_HEAD_MAX_BYTES}`)
}

const CREDIT_BYTES = 4

/** What stands in a frame of credit for so many bytes, at most 2^32 - 1. */
export function encodeCredit(count: number): Uint8Array {
  const bytes = new Uint8Array(CREDIT_BYTES)
  new DataView(bytes.buffer).setUint32(0, count)
  return bytes
}

/** @throws RpcFrameInvalidError */
export function decodeCredit(bytes: Uint8Array): number {
  if (bytes.byteLength !== CREDIT_BYTES) throw new RpcFrameInvalidError(`credit of ${bytes.byteLength} bytes`)
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
}

export function encodeRequestHead({ path, header }: RequestHead): Uint8Array {
  return toBinary(RequestHeadSchema, create(RequestHeadSchema, { path, headers: listOf(header) }))
}

/** @throws RpcFrameInvalidError */
export function decodeRequestHead(bytes: Uint8Array): RequestHead {
  const { path, headers } = decoded(() => fromBinary(RequestHeadSchema, bytes))
  return { path, header: headersOf(headers) }
}

export function encodeResponseHead({ status, header }: ResponseHead): Uint8Array {
  return toBinary(ResponseHeadSchema, create(ResponseHeadSchema, { status, headers: listOf(header) }))
}

/** @throws RpcFrameInvalidError */
export function decodeResponseHead(bytes: Uint8Array): ResponseHead {
  const { status, headers } = decoded(() => fromBinary(ResponseHeadSchema, bytes))
  return { status, header: headersOf(headers) }
}

const NO_TRAILERS = new Uint8Array()

export function encodeTrailers(trailer: Headers | undefined): Uint8Array {
  const headers = trailer === undefined ? [] : listOf(trailer)
  return headers.length === 0 ? NO_TRAILERS : toBinary(TrailersSchema, create(TrailersSchema, { headers }))
}

/** @throws RpcFrameInvalidError */
export function decodeTrailers(bytes: Uint8Array): Headers {
  if (bytes.byteLength === 0) return new Headers()
  return headersOf(decoded(() => fromBinary(TrailersSchema, bytes)).headers)
}

function listOf(header: Headers): { name: string; value: string }[] {
  return Array.from(header, ([name, value]) => ({ name, value }))
}

function headersOf(list: Header[]): Headers {
  return decoded(() => {
    const header = new Headers()
    for (const { name, value } of list) header.append(name, value)
    return header
  })
}

function decoded<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new RpcFrameInvalidError('a head or trailers that cannot be read', { cause: error })
  }
}
