/**
 * What a call costs beside a raw stream and beside HTTP, and what calls that
 * are cancelled leave behind.
 *
 * @packageDocumentation
 */
import { rate, roundTrip, serverStream } from './calls.ts'
import { cancelled } from './cancelled.ts'
import type { Suite } from '../suite.ts'

export const rpc: Suite = { name: 'rpc', measurements: [roundTrip, rate, serverStream, cancelled] }
