import { Grants } from '../../src/decide/grants.ts'
import { PeerIndex } from '../../src/decide/peer-index.ts'
import { Subjects } from '../../src/decide/subjects.ts'
import { createVoice } from '../../src/decide/voice.ts'
import { FunctionMatrix } from '../../src/model/matrix.ts'
import type { EntryLevel } from '../../src/index.ts'
import type { DecisionView } from '../../src/decide/view.ts'

export interface TestEntry {
  label: string
  level: EntryLevel
  functions?: Record<string, boolean>
  endsAt?: number
  /** Default: {@link PEER}. */
  peers?: readonly string[]
  remotes?: readonly string[]
  strict?: boolean
}

export const PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'
export const OTHER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
export const SELF = '12D3KooWKL3KaR4rgvdfVr3HB7GUexyNHDCYGo74AnPRCv9YXxHD'

export function viewOf(entries: readonly TestEntry[], over: Partial<DecisionView> = {}): DecisionView {
  const index = new PeerIndex()
  for (const {
    label,
    level,
    functions = {},
    endsAt = Infinity,
    peers = [PEER],
    remotes = [],
    strict = false
  } of entries) {
    const voice = createVoice({ pubkey: label, label, trustlevel: level, trustedFunctions: functions }, endsAt)
    index.set(
      voice,
      peers.map(peer => ({ label: '', peer, remotes, remotesStrict: strict }))
    )
  }
  const rest = {
    self: SELF,
    subjects: new Subjects(SELF, index),
    matrix: new FunctionMatrix(),
    grants: new Grants(),
    rules: undefined
  }
  return { index, ratedLevel: () => undefined, ...rest, ...over }
}
