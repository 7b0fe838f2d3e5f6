import { until } from '@waystone/kit/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { Attack, hello, SECOND } from './attack.ts'
import { cleanUp } from './nodes.ts'
import { envelope, PROTO, STREAM } from './raw-stream.ts'

afterEach(cleanUp)

describe('a caller', () => {
  it('that never ends a unary call is told after its deadline, and then cut off', async () => {
    const attack = await Attack.begin()
    await attack.raw.head('Unary', PROTO)
    await until(() => attack.clock.pending > 1)
    await attack.clock.advance(30 * SECOND + 100)
    expect(await attack.raw.answer()).toMatchObject({ status: 504, text: expect.stringContaining('deadline_exceeded') })
    await attack.pass(10 * SECOND)
    expect(await attack.isReset()).toBe(true)
  })

  it('that goes silent in a client stream is told', async () => {
    const attack = await Attack.begin()
    await attack.raw.head('ClientStream', STREAM)
    await until(() => attack.started === 1)
    await attack.clock.advance(120 * SECOND)
    expect(await attack.raw.answer()).toMatchObject({ text: expect.stringContaining('deadline_exceeded') })
    await attack.pass(10 * SECOND)
    expect(await attack.isReset()).toBe(true)
  })

  it('may be silent while the answer goes on', async () => {
    const ticks: Array<() => void> = []
    const attack = await Attack.begin(
      {},
      {
        async *bidiStream(requests) {
          requests[Symbol.asyncIterator]()
            .next()
            .catch(() => {})
          for (;;) {
            await new Promise<void>(resolve => ticks.push(resolve))
            yield { text: 'tick' }
          }
        }
      }
    )
    await attack.raw.head('BidiStream', STREAM)
    for (let minute = 0; minute < 10; minute++) {
      await until(() => ticks.length > minute)
      await attack.clock.advance(60 * SECOND)
      ticks[minute]?.()
      if (minute === 0) expect((await attack.raw.read())?.kind).toBe('head')
      expect((await attack.raw.read())?.kind).toBe('body')
    }
    expect(attack.raw.stream.status).toBe('open')
  })

  it('that never reads is cut off, and what is made for it is bounded', async () => {
    let made = 0
    let ended = false
    const attack = await Attack.begin(
      {},
      {
        async *serverStream() {
          try {
            for (;;) yield { index: made++, payload: new Uint8Array(65_536) }
          } finally {
            ended = true
          }
        }
      }
    )
    await attack.raw.head('ServerStream', STREAM)
    await attack.raw.send('body', envelope(new Uint8Array()))
    await attack.raw.send('trailers')
    await until(() => attack.clock.pending > 0 && attack.started === 1)
    await attack.clock.advance(29 * SECOND)
    const before = made
    await attack.clock.advance(SECOND)
    await until(() => ended)
    expect(made).toBe(before)
    // the window of the stream, the socket, and one message
    expect(made * 65_536).toBeLessThan(40 * 1024 * 1024)
    expect(await attack.isReset()).toBe(true)
  })

  it.each([
    ['in the past', '0', 'deadline_exceeded'],
    ['that is no number', 'soon', 'invalid_argument'],
    ['below zero', '-5', 'invalid_argument'],
    ['of eleven digits', '99999999999', 'invalid_argument']
  ])('with a deadline %s is told; no handler runs', async (_, timeout, code) => {
    let ran = false
    const attack = await Attack.begin({}, { unary: () => ((ran = true), {}) })
    const answer = await attack.raw.call('Unary', { ...PROTO, 'connect-timeout-ms': timeout }, hello)
    expect(answer.text).toContain(code)
    expect(ran).toBe(false)
  })

  it('with a deadline beyond what timers take does not end at once', async () => {
    const attack = await Attack.begin()
    const request = envelope(Uint8Array.of(0x10, 1))
    const answer = await attack.raw.call('ServerStream', { ...STREAM, 'connect-timeout-ms': '9999999999' }, request)
    expect(answer.text).not.toContain('error')
  })

  it('gets its answer in time from a handler that ignores its signal; the slot stays taken', async () => {
    const release: Array<() => void> = []
    const attack = await Attack.begin(
      { maxCallsPerPeer: 1 },
      {
        async unary() {
          await new Promise<void>(resolve => release.push(resolve))
          return { text: 'too late' }
        }
      }
    )
    const answer = attack.raw.call('Unary', { ...PROTO, 'connect-timeout-ms': '60000' }, hello)
    await until(() => release.length === 1)
    await attack.clock.advance(60 * SECOND + 100)
    expect(await answer).toMatchObject({ status: 504 })
    expect(await attack.raw.call('Unary', PROTO, hello)).toMatchObject({ status: 429 })
    release[0]?.()
    const next = attack.raw.call('Unary', PROTO, hello)
    await until(() => release.length === 2)
    release[1]?.()
    // what the first handler returned did not get in between
    expect(await next).toMatchObject({ status: 200 })
  })

  it('gets the end of a stream in time from a handler that ignores its signal', async () => {
    const attack = await Attack.begin(
      {},
      {
        async *serverStream() {
          yield { text: 'first' }
          await new Promise(() => {})
        }
      }
    )
    const headers = { ...STREAM, 'connect-timeout-ms': '60000' }
    await attack.raw.head('ServerStream', headers)
    await attack.raw.send('body', envelope(new Uint8Array()))
    await attack.raw.send('trailers')
    expect((await attack.raw.read())?.kind).toBe('head')
    expect((await attack.raw.read())?.kind).toBe('body')
    await attack.clock.advance(60 * SECOND + 100)
    const end = await attack.raw.read()
    expect(Buffer.from(end?.bytes ?? []).toString()).toContain('deadline_exceeded')
    expect((await attack.raw.read())?.kind).toBe('trailers')
    expect(await attack.isUsable()).toBe(true)
  })

  it('that leaves its stream idle has it closed, and reset if it does not close too', async () => {
    const attack = await Attack.begin()
    expect(await attack.isUsable()).toBe(true)
    await attack.pass(60 * SECOND)
    await until(() => attack.raw.stream.remoteWriteStatus === 'closed')
    await attack.pass(10 * SECOND)
    expect(await attack.isReset()).toBe(true)
  })
})
