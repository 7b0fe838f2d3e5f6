/**
 * What trust costs: a decision, a database full of trust files, a stream that
 * is looked at, and a thin client beside a full edge. One file each.
 *
 * @packageDocumentation
 */
import type { Suite } from '../suite.ts'

export const trust: Suite = { name: 'trust', measurements: [] }
