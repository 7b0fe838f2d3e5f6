/**
 * What trust costs: a decision, a database full of trust files, a stream that
 * is looked at, and a thin client beside a full edge. One file each.
 *
 * @packageDocumentation
 */
import { decide } from './decide.ts'
import { load } from './load.ts'
import { middleware } from './middleware.ts'
import { thinClient } from './thin-client.ts'
import type { Suite } from '../suite.ts'

export const trust: Suite = { name: 'trust', measurements: [decide, load, middleware, thinClient] }
