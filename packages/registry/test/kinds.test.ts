import { StructSchema } from '@bufbuild/protobuf/wkt'
import { create, toBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { RendezvousSchema } from '@waystone/wire/registry'
import { defineKind, kindSet } from '../src/index.ts'
import { capability } from '../src/kinds/capability.ts'
import { relayAdvert } from '../src/kinds/relay-advert.ts'
import { capable, relay } from './store/records.ts'

const text = { type: 'text', of: () => 'x' } as const
const owner = { key: 'go', peer: 'p' }

describe('a kind', () => {
  it.each<[string, string, Record<string, typeof text>]>([
    ['a name with capitals', 'Printer', {}],
    ['a name that ends a string', 'a"b', {}],
    ['a field that every record has', 'printer', { expiry: text }],
    ['a field that is a word of filters', 'printer', { and: text }],
    ['a field with a dot', 'printer', { 'a.b': text }],
    ['too many fields', 'printer', Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`f${at}`, text]))]
  ])('cannot be declared with %s', (_what, name, fields) => {
    expect(() => defineKind({ name, message: RendezvousSchema, fields })).toThrow(
      expect.objectContaining({ name: 'KindInvalidError' })
    )
  })

  it('cannot have a group of the name of a field, or the name of another kind', () => {
    const group = { type: 'number', of: () => ({}) } as const
    const twice = { name: 'printer', message: RendezvousSchema, fields: { a: text }, groups: { a: group } }
    expect(() => defineKind(twice)).toThrow(expect.objectContaining({ name: 'KindInvalidError' }))
    const capabilityAgain = defineKind({ name: 'capability', message: RendezvousSchema, fields: {} })
    expect(() => kindSet([capabilityAgain])).toThrow(expect.objectContaining({ name: 'KindInvalidError' }))
  })

  it('takes at most 32 values of a list', () => {
    const many = { type: 'text', isList: true, of: () => Array.from({ length: 33 }, () => 'x') } as const
    const kind = defineKind({ name: 'printer', message: StructSchema, fields: { many } })
    expect(() => kind.read(toBinary(StructSchema, create(StructSchema)), owner)).toThrow(
      expect.objectContaining({ name: 'RecordPayloadError' })
    )
  })

  it('draws what filters ask for from a capability', () => {
    const payload = capable({ name: 'go', slots: 4, busySlots: 1, numbers: { 'gpu-memory': 24 }, texts: { gpu: 'x' } })
    expect(capability.read(payload, owner)).toEqual({
      name: 'go',
      version: '',
      slots: 4,
      'busy-slots': 1,
      'free-slots': 3,
      'numbers.gpu-memory': 24,
      'texts.gpu': 'x'
    })
  })

  it('draws what filters ask for from a relay advert', () => {
    const addresses = ['/ip4/192.0.2.1/tcp/4001/tls/ws', '/ip6/2001:db8::1/udp/4001/webrtc-direct']
    const values = relayAdvert.read(relay({ addresses, maxReservations: 3, reservations: 5 }), { key: '', peer: 'p' })
    expect(values).toMatchObject({ region: 'eu', free: 0, transport: ['tcp', 'tls', 'ws', 'webrtc-direct'] })
  })
})
