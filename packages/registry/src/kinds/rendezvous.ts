import { RendezvousSchema } from '@waystone/wire/registry'
import { defineKind } from './define-kind.ts'
import { refuseAddresses } from './payload-limits.ts'

/** What peers of a namespace agree on, in bytes. */
const MAX_DATA_BYTES = 1_024

/** A peer that wants to be met under a name. */
export const rendezvous = defineKind({
  name: 'rendezvous',
  message: RendezvousSchema,
  fields: { namespace: { type: 'text', isKey: true } },
  refuse({ addresses, data }, { key }) {
    if (key === '') return 'needs a record whose key is the namespace'
    if (data.length > MAX_DATA_BYTES) return `has more than ${MAX_DATA_BYTES} bytes of data`
    return refuseAddresses(addresses)
  }
})
