/**
 * The first rows of the bench: how soon nodes are ready, what a stream, a
 * connection and a file cost.
 *
 * @packageDocumentation
 */
import { connections } from './connections.ts'
import { ready } from './ready.ts'
import { sendFile } from './send-file.ts'
import { throughput } from './throughput.ts'
import type { Suite } from '../suite.ts'

export const foundation: Suite = { name: 'foundation', measurements: [ready, throughput, sendFile, ...connections] }
