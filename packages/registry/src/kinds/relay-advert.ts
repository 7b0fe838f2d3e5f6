import { RelayAdvertSchema } from '@waystone/wire/registry'
import { defineKind } from './define-kind.ts'
import { refuseAddresses, refuseTexts } from './payload-limits.ts'

/** A relay that takes reservations. */
export const relayAdvert = defineKind({
  name: 'relay-advert',
  message: RelayAdvertSchema,
  fields: {
    address: { type: 'text', isList: true, of: ({ addresses }) => addresses },
    region: { type: 'text', isIndexed: true, of: ({ region }) => region },
    'max-reservations': { type: 'number', of: ({ maxReservations }) => maxReservations },
    reservations: { type: 'number', isIndexed: true, of: ({ reservations }) => reservations },
    free: {
      type: 'number',
      isIndexed: true,
      of: ({ maxReservations, reservations }) => Math.max(0, maxReservations - reservations)
    },
    'circuit-bytes': { type: 'number', of: ({ circuitBytes }) => Number(circuitBytes) },
    'circuit-seconds': { type: 'number', of: ({ circuitSeconds }) => circuitSeconds },
    version: { type: 'text', of: ({ version }) => version }
  },
  refuse({ addresses, region, version }, { key }) {
    if (key !== '') return 'belongs to a record without a key'
    return refuseAddresses(addresses) ?? refuseTexts({ region, version })
  }
})
