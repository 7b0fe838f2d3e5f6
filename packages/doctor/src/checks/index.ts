import { addressesCheck } from './addresses.ts'
import { browserCheck } from './browser.ts'
import { clockCheck } from './clock.ts'
import { natCheck } from './nat.ts'
import { peersCheck } from './peers.ts'
import { reachCheck } from './reach.ts'
import { systemCheck } from './system.ts'
import type { NamedCheck } from '../check.ts'

/** Every check, in the order of the report. */
export const CHECKS: readonly NamedCheck[] = [
  { name: 'system', check: systemCheck },
  { name: 'clock', check: clockCheck },
  { name: 'network', check: peersCheck },
  { name: 'addresses', check: addressesCheck },
  { name: 'nat', check: natCheck },
  { name: 'ip', check: reachCheck },
  { name: 'browser', check: browserCheck }
]
