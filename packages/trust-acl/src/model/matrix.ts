import type { TrustDecision, TrustLevel } from '@waystone/interface'
import { describeFunction, FUNCTIONS, OWN_FUNCTIONS } from './functions.ts'
import { LEVELS, RANK } from './levels.ts'

/** By function: the lowest level that may, or all levels that may. */
export type MatrixChanges = Readonly<Record<string, TrustLevel | readonly TrustLevel[]>>

/** One line of the matrix in force. */
export interface FunctionRow {
  readonly function: string
  readonly description: string
  /** The levels at which it is allowed, from least to most; never `blocked`. */
  readonly allowed: readonly TrustLevel[]
  /** Whether the config changed it. */
  readonly overridden: boolean
}

/** Names besides the rows whose answers are kept: protocols of this node, mostly. Remotes may make up more of them. */
const MAX_KEPT_NAMES = 1_024

/** By the place of the level in {@link LEVELS}. */
type Answers = readonly TrustDecision[]

const NO_LEVEL: TrustDecision = Object.freeze({ allow: false, reason: 'there is no such level' })

/** Which level may do what: the default, changed by the config. Never changes itself. */
export class FunctionMatrix {
  /** The fourteen, then this node's own, then what else the config names. */
  readonly rows: readonly FunctionRow[]
  readonly #answers: ReadonlyMap<string, Answers>
  readonly #others = new Map<string, Answers>()

  constructor(changes: MatrixChanges = {}) {
    const named = [...Object.keys(FUNCTIONS), ...Object.keys(OWN_FUNCTIONS), ...Object.keys(changes)]
    this.rows = Object.freeze([...new Set(named)].map(name => createRow(name, changes)))
    this.#answers = new Map(this.rows.map(row => [row.function, answersOf(row)]))
  }

  /** The line of a function, also of one that no line names. */
  row(trustFunction: string): FunctionRow {
    return this.rows.find(row => row.function === trustFunction) ?? createRow(trustFunction, {})
  }

  allows(trustFunction: string, level: TrustLevel): boolean {
    return this.answer(trustFunction, level).allow
  }

  /** What the level alone says. */
  answer(trustFunction: string, level: TrustLevel): TrustDecision {
    return this.answerAt(trustFunction, RANK[level])
  }

  /** As {@link FunctionMatrix.answer}, by the place of the level in {@link LEVELS}. */
  answerAt(trustFunction: string, rank: number): TrustDecision {
    // made once for each name, as this is asked for every stream
    const answers = this.#answers.get(trustFunction) ?? this.#others.get(trustFunction) ?? this.#learn(trustFunction)
    return answers[rank] ?? NO_LEVEL
  }

  #learn(trustFunction: string): Answers {
    const answers = answersOf(createRow(trustFunction, {}))
    if (this.#others.size >= MAX_KEPT_NAMES) this.#others.clear()
    this.#others.set(trustFunction, answers)
    return answers
  }
}

function createRow(trustFunction: string, changes: MatrixChanges): FunctionRow {
  const { description, lowest } = describeFunction(trustFunction)
  const change = Object.hasOwn(changes, trustFunction) ? changes[trustFunction] : undefined
  const allowed = Object.freeze(levelsOf(change ?? (lowest === 'nobody' ? [] : lowest)))
  return Object.freeze({ function: trustFunction, description, allowed, overridden: change !== undefined })
}

function levelsOf(wanted: TrustLevel | readonly TrustLevel[]): TrustLevel[] {
  const has = (level: TrustLevel): boolean =>
    typeof wanted === 'string' ? RANK[level] >= RANK[wanted] : wanted.includes(level)
  return LEVELS.filter(level => level !== 'blocked' && has(level))
}

function answersOf(row: FunctionRow): Answers {
  return LEVELS.map(level => answerAt(row, level))
}

function answerAt(row: FunctionRow, level: TrustLevel): TrustDecision {
  const allow = row.allowed.includes(level)
  const reason = `${row.function} is ${allow ? 'allowed' : 'denied'} at level ${level}`
  return Object.freeze({ allow, reason })
}
