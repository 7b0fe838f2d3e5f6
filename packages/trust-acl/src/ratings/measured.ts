import { z } from 'zod'
import { MAX_ADDRESS_LENGTH, MAX_OWN_ADDRESSES } from './constants.ts'
import type { Measure } from './contract.ts'
import type { Tally } from './tally.ts'

/** Everything that was measured of one peer. */
export interface Measured {
  readonly tallies: Readonly<Partial<Record<Measure, Tally>>>
  /** Milliseconds since the Unix epoch. */
  readonly firstAt: number
  readonly lastAt: number
  /** Where it was reached, last first. */
  readonly addresses: readonly string[]
}

const number = z.number().min(0)
const tally = z.strictObject({ sum: number, weight: number, at: number }).optional()
const schema = z.strictObject({
  tallies: z.strictObject({ reachability: tally, relayQuality: tally, uptime: tally }),
  firstAt: number,
  lastAt: number,
  addresses: z.array(z.string().max(MAX_ADDRESS_LENGTH)).max(MAX_OWN_ADDRESSES)
})

export function encodeMeasured(measured: Measured): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(measured))
}

/** Nothing if the bytes are damaged, or from another version. */
export function decodeMeasured(bytes: Uint8Array): Measured | undefined {
  try {
    const { tallies, ...rest } = schema.parse(JSON.parse(new TextDecoder().decode(bytes)))
    const known = Object.entries(tallies).filter(([, value]) => value !== undefined)
    return { ...rest, tallies: Object.fromEntries(known) }
  } catch {
    return undefined
  }
}
