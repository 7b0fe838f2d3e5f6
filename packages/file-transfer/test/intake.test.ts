import { StreamMessageEvent } from '@libp2p/interface'
import { expect, it } from 'vitest'
import { READ_HIGH_WATER_BYTES } from '../src/constants.ts'
import { Intake } from '../src/intake.ts'
import type { Stream } from '@libp2p/interface'

/** A paused stream that holds bytes and, as those of libp2p, first hands them over and then tells the muxer to go on. */
class HoldingStream extends EventTarget {
  readStatus = 'paused'
  /** What the muxer was told. */
  readonly told: string[] = []
  readonly #held: number

  constructor(held: number) {
    super()
    this.#held = held
  }

  pause(): void {
    if (this.readStatus === 'paused') return
    this.readStatus = 'paused'
    this.told.push('pause')
  }

  resume(): void {
    this.readStatus = 'readable'
    this.dispatchEvent(new StreamMessageEvent(new Uint8Array(this.#held)))
    this.told.push('go on')
  }
}

it('leaves the sender paused when the stream held more than is to be read ahead', () => {
  const stream = new HoldingStream(2 * READ_HIGH_WATER_BYTES)

  using _intake = new Intake(stream as unknown as Stream, 4 * READ_HIGH_WATER_BYTES, () => {})

  expect(stream.told).toEqual(['go on', 'pause'])
})
