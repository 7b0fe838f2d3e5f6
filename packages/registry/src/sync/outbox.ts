import { GATHER_MS, GOSSIP_MESSAGE_BYTES, MAX_GATHERED } from './constants.ts'
import { encodeBytesFields } from '../record/bytes-fields.ts'
import type { Clock, Timer } from '@waystone/interface'

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
      // a record is encoded already: field 1 of `RegisterRequest`
      const part = encodeBytesFields([signed])
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

function concat(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const message = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    message.set(part, at)
    at += part.length
  }
  return message
}
