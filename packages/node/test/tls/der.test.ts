import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derElements } from '../../src/libp2p/tls/der.ts'

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex')
const read = (bytes: Uint8Array): string[] =>
  derElements(bytes).map(({ tag, content }) => `${tag}:${Buffer.from(content).toString('hex')}`)

describe('DER', () => {
  it('is read one level deep, with short and long lengths', () => {
    expect(read(hex('0401aa30030101ff'))).toEqual(['4:aa', '48:0101ff'])
    const [long] = derElements(Buffer.concat([hex('0481c8'), new Uint8Array(200)]))
    const [longer] = derElements(Buffer.concat([hex('04820200'), new Uint8Array(512)]))
    expect([long?.content.length, longer?.content.length]).toEqual([200, 512])
    expect(read(new Uint8Array(0))).toEqual([])
  })

  it.each([
    ['ends in its head', '04'],
    ['ends in its length', '0482ff'],
    ['is longer than what there is', '0405aa'],
    ['has no definite length', '3080'],
    ['has a length of three bytes', '0483000001aa'],
    ['has a tag of more than one byte', '1f8101'.concat('00')]
  ])('that %s is refused', (_what, text) => {
    expect(() => derElements(hex(text))).toThrow(expect.objectContaining({ name: 'PeerCertificateError' }))
  })

  it('is read, or refused by name, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        try {
          const total = derElements(bytes).reduce((sum, { content }) => sum + content.length + 2, 0)
          expect(total).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toMatchObject({ name: 'PeerCertificateError' })
        }
      })
    )
  })
})
