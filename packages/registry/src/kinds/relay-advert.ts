import { RelayAdvertSchema } from '@waystone/wire/registry'
import { defineKind } from './define-kind.ts'
import { refuseAddresses, refuseTexts, transportsOf } from './payload-limits.ts'

/** A relay that takes reservations. */
export const relayAdvert = defineKind({
  name: 'relay-advert',
  message: RelayAdvertSchema,
  fields: {
    transport: { type: 'text', isList: true, of: ({ addresses }) => transportsOf(addresses) },
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
  hasKeys: false,
  refuse({ addresses, region, version }) {
    return refuseAddresses(addresses) ?? refuseTexts({ region, version })
  }
})
