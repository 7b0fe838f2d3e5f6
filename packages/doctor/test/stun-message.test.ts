import fc from 'fast-check'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decodeBindingAnswer, encodeBindingRequest } from '../src/stun/message.ts'

const id = 'b7e7a701bc34d686fa87dfae'
const software = '8022000b7465737420766563746f7220'

function bytes(...hex: string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.join('').replaceAll(' ', ''), 'hex'))
}

/** RFC 5769, section 2.2. */
const ipv4Answer = bytes(
  '0101003c 2112a442',
  id,
  software,
  '00200008 0001a147 e112a643',
  '00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7',
  '80280004 c07d4c96'
)

/** RFC 5769, section 2.3. */
const ipv6Answer = bytes(
  '01010048 2112a442',
  id,
  software,
  '00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9',
  '00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41',
  '80280004 c8fb0b4c'
)

/** An answer with these attributes, each as hex; its length and fingerprint are right. */
function answer(...attributes: string[]): Uint8Array {
  const body = bytes(...attributes)
  const message = new Uint8Array(20 + body.length + 8)
  const view = new DataView(message.buffer)
  message.set(bytes('0101', '0000', '2112a442', id, ...attributes, '80280004'))
  view.setUint16(2, body.length + 8)
  view.setUint32(20 + body.length + 4, (crc32(message.subarray(0, 20 + body.length)) ^ 0x5354554e) >>> 0)
  return message
}

const mapped = '00200008 0001a147 e112a643'

describe('the answer of a STUN server', () => {
  it('is read as in the test vectors of RFC 5769', () => {
    expect(decodeBindingAnswer(ipv4Answer)).toEqual({ transactionId: id, mapped: { ip: '192.0.2.1', port: 32_853 } })
    expect(decodeBindingAnswer(ipv6Answer)).toEqual({
      transactionId: id,
      mapped: { ip: '2001:db8:1234:5678:11:2233:4455:6677', port: 32_853 }
    })
  })

  it('tells the second address of the server (RFC 5780)', () => {
    const { other } = decodeBindingAnswer(answer(mapped, '802c0008 00010d97 cb00710b'))
    expect(other).toEqual({ ip: '203.0.113.11', port: 3_479 })
  })

  it('may come without XOR, from servers of RFC 3489', () => {
    expect(decodeBindingAnswer(answer('00010008 00018055 c0000201')).mapped).toEqual({ ip: '192.0.2.1', port: 32_853 })
  })

  it('may be a refusal', () => {
    const refusal = bytes('01110008 2112a442', id, '00090004 00000414')
    expect(decodeBindingAnswer(refusal)).toEqual({ transactionId: id, errorCode: 420 })
  })

  it('keeps the first of attributes that come twice', () => {
    const { mapped: found } = decodeBindingAnswer(answer(mapped, '00200008 0001ffff ffffffff'))
    expect(found).toEqual({ ip: '192.0.2.1', port: 32_853 })
  })

  it.each([
    ['an empty datagram', bytes('')],
    ['a short one', bytes('0101')],
    ['another cookie', bytes('01010000 2112a443', id)],
    ['a request', bytes('00010000 2112a442', id)],
    ['a length beyond the end', bytes('01010008 2112a442', id)],
    ['a length before the end', Uint8Array.from([...ipv4Answer, 0, 0, 0, 0])],
    ['no address', answer()],
    ['an attribute beyond the end', bytes('01010004 2112a442', id, '0020ffff')],
    ['half an attribute', bytes('01010002 2112a442', id, '0020')],
    ['an address of no family', answer('00200008 0003a147 e112a643')],
    ['an IPv4 address of 3 bytes', answer('00200007 0001a147 e112a600')],
    ['an IPv6 address of 4 bytes', answer('00200008 0002a147 e112a643')],
    ['an address of no bytes', answer('00200000')],
    ['a refusal without a code', bytes('01110000 2112a442', id)],
    ['too many attributes', answer(...Array.from({ length: 33 }, () => '80220000'))],
    [
      'more bytes than a datagram of STUN has',
      answer(mapped, ...Array.from({ length: 20 }, () => `80220080${'00'.repeat(128)}`))
    ]
  ])('is refused with %s', (_name, message) => {
    expect(() => decodeBindingAnswer(message)).toThrow(expect.objectContaining({ name: 'StunMessageInvalidError' }))
  })

  it('is refused when one bit has changed: it has a fingerprint', () => {
    fc.assert(
      fc.property(fc.nat(ipv4Answer.length * 8 - 1), bit => {
        const damaged = Uint8Array.from(ipv4Answer)
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        // but for the type of the fingerprint itself, which makes it an unknown attribute
        const atFingerprintType = bit >> 3 === ipv4Answer.length - 8 || bit >> 3 === ipv4Answer.length - 7
        if (!atFingerprintType) expect(() => decodeBindingAnswer(damaged)).toThrow(/STUN/)
      })
    )
  })

  it('never makes reading throw anything else, whatever the bytes are', () => {
    const head = fc.constantFrom('01010000 2112a442', '01110000 2112a442')
    const headed = fc.tuple(head, fc.uint8Array({ maxLength: 600 })).map(([start, rest]) => {
      const message = Uint8Array.from([...bytes(start, id), ...rest])
      new DataView(message.buffer).setUint16(2, rest.length)
      return message
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 3_000 }), headed), message => {
        try {
          expect(decodeBindingAnswer(message).transactionId).toHaveLength(24)
        } catch (error) {
          expect((error as Error).name).toBe('StunMessageInvalidError')
        }
      }),
      { numRuns: 1_000 }
    )
  })
})

describe('a binding request', () => {
  const transactionId = bytes(id)

  it('is a header alone', () => {
    expect(Buffer.from(encodeBindingRequest(transactionId)).toString('hex')).toBe(`000100002112a442${id}`)
  })

  it.each([
    [{ ip: true, port: true }, '00000006'],
    [{ ip: true }, '00000004'],
    [{ port: true }, '00000002']
  ])('asks for an answer from elsewhere with %o', (change, flags) => {
    const request = Buffer.from(encodeBindingRequest(transactionId, change)).toString('hex')
    expect(request).toBe(`000100082112a442${id}00030004${flags}`)
  })
})
