/** How bytes reach the other peer. */
export type ConnectionPath = 'direct' | 'relayed'

/** The path of a connection and, in one short sentence, why it is that one. */
export interface PathReason {
  path: ConnectionPath
  reason: string
}
