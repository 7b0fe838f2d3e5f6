import { GATHER_MS, GOSSIP_MESSAGE_BYTES, MAX_GATHERED } from './constants.ts'
import type { Clock, Timer } from '@waystone/interface'

/** Field 1 of `RegisterRequest`, with a length. */
const RECORDS_TAG = 0x0a

/** Gathers records for a moment, so that a busy registry tells of many with one message. */
export class Outbox {
  readonly #clock: Clock
  readonly #send: (message: Uint8Array) => void
  #waiting: Uint8Array[] = []
  #timer: Timer | undefined

  constructor(clock: Clock, send: (message: Uint8Array) => void) {
    this.#clock = clock
    this.#send = send
  }

  /** @param signed - an encoded `SignedRecord` */
  add(signed: Uint8Array): void {
    if (this.#waiting.length >= MAX_GATHERED) return
    this.#waiting.push(signed)
    this.#timer ??= this.#clock.setTimeout(() => this.#flush(), GATHER_MS)
  }

  close(): void {
    this.#timer?.clear()
    this.#timer = undefined
    this.#waiting = []
  }

  #flush(): void {
    const all = this.#waiting
    this.close()
    let message: Uint8Array[] = []
    let bytes = 0
    for (const signed of all) {
      const part = asField(signed)
      if (bytes + part.length > GOSSIP_MESSAGE_BYTES) {
        this.#send(concat(message, bytes))
        message = []
        bytes = 0
      }
      message.push(part)
      bytes += part.length
    }
    this.#send(concat(message, bytes))
  }
}

/** One record as a part of the message (https://protobuf.dev/programming-guides/encoding/): it is encoded already. */
function asField(signed: Uint8Array): Uint8Array {
  const head = [RECORDS_TAG]
  for (let left = signed.length; ; left >>>= 7) {
    if (left < 0x80) {
      head.push(left)
      break
    }
    head.push((left & 0x7f) | 0x80)
  }
  const field = new Uint8Array(head.length + signed.length)
  field.set(head)
  field.set(signed, head.length)
  return field
}

function concat(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const message = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    message.set(part, at)
    at += part.length
  }
  return message
}
