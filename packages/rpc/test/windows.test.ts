import { RPC_FRAME_MAX_BYTES, RPC_MESSAGE_MAX_BYTES, RPC_WINDOW_BYTES } from '@waystone/wire/rpc'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReceiveWindow, SendWindow } from '../src/windows.ts'

const HALF = RPC_WINDOW_BYTES / 2
const FRAME_INVALID = expect.objectContaining({ name: 'RpcFrameInvalidError' })

describe('a window to send', () => {
  it('ends when it is used up, and opens by credit', () => {
    const window = new SendWindow()
    expect(window.take(RPC_WINDOW_BYTES - 10)).toBe(RPC_WINDOW_BYTES - 10)
    expect(window.take(100)).toBe(10)
    expect(window.left).toBe(0)
    window.add(7)
    expect(window.take(100)).toBe(7)
  })

  it('never grows beyond its size, whatever credit is given', () => {
    const step = fc.oneof(
      fc.record({ send: fc.nat(RPC_WINDOW_BYTES) }),
      fc.record({ credit: fc.oneof(fc.nat(2 ** 32 - 1), fc.nat(10)) })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        const window = new SendWindow()
        let unpaid = 0
        for (const each of steps) {
          if ('send' in each) unpaid += window.take(each.send)
          else if (each.credit > 0 && each.credit <= unpaid) {
            window.add(each.credit)
            unpaid -= each.credit
          } else expect(() => window.add(each.credit)).toThrow(FRAME_INVALID)
          expect(window.left).toBe(RPC_WINDOW_BYTES - unpaid)
        }
      })
    )
  })
})

describe('a window to receive', () => {
  it('refuses one byte too many', () => {
    const window = new ReceiveWindow()
    window.receive(RPC_WINDOW_BYTES)
    expect(() => window.receive(1)).toThrow(FRAME_INVALID)
  })

  it('gives no credit for what a unary call may hold', () => {
    const window = new ReceiveWindow()
    window.receive(RPC_MESSAGE_MAX_BYTES + 5)
    expect(window.consume(RPC_MESSAGE_MAX_BYTES + 5)).toBe(0)
  })

  it('gives a slow consumer credit for each frame of it', () => {
    const window = new ReceiveWindow()
    window.receive(RPC_WINDOW_BYTES)
    expect(window.consume(RPC_FRAME_MAX_BYTES - 1)).toBe(0)
    expect(window.consume(1)).toBe(RPC_FRAME_MAX_BYTES)
    expect(window.consume(RPC_FRAME_MAX_BYTES)).toBe(RPC_FRAME_MAX_BYTES)
  })

  it('never leaves a sender waiting for a consumer that has taken everything', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: HALF }), { maxLength: 50 }), sizes => {
        const [sender, receiver] = [new SendWindow(), new ReceiveWindow()]
        for (const size of sizes) {
          const sent = sender.take(size)
          expect(sent).toBeGreaterThan(0)
          receiver.receive(sent)
          const credit = receiver.consume(sent)
          if (credit > 0) sender.add(credit)
        }
      })
    )
  })
})
