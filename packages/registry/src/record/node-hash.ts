import { hash } from 'node:crypto'
import type { Sha256 } from './name-hash.ts'

export const sha256InNode: Sha256 = bytes => hash('sha256', bytes, 'buffer')
