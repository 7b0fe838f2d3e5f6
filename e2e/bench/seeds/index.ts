/**
 * Seeds: how quickly a new one is one of them, what dead ones cost, and how
 * they bear that everybody restarts at once. One file each.
 *
 * @packageDocumentation
 */
import { halfDead } from './half-dead.ts'
import { newSeed } from './new-seed.ts'
import { restart } from './restart.ts'
import type { Suite } from '../suite.ts'

export const seeds: Suite = { name: 'seeds', measurements: [newSeed, halfDead, restart] }
