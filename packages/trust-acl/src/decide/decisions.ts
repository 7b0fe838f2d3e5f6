import { decide, levelOf } from './decide.ts'
import { KnownNodes } from './known-nodes.ts'
import { PeerIndex } from './peer-index.ts'
import { allFunctions, reportOn } from './report.ts'
import { isLive } from './standing.ts'
import { Subjects } from './subjects.ts'
import type { PeerId } from '@libp2p/interface'
import type {
  Clock,
  ExplainedSubject,
  TrustDecision,
  TrustedNode,
  TrustGrantees,
  TrustLevel,
  TrustSubject
} from '@waystone/interface'
import type { NamedNode, Voice } from './contract.ts'
import type { TrustReport } from './report.ts'
import type { DecisionView } from './view.ts'

export interface DecisionsInit extends Omit<DecisionView, 'index' | 'subjects'> {
  clock: Clock
}

/** Answers by what is known now, and keeps what is asked again and again. */
export class Decisions {
  readonly #clock: Clock
  readonly #view: DecisionView
  readonly #known: KnownNodes

  constructor({ clock, ...parts }: DecisionsInit) {
    this.#clock = clock
    // the same shape for each decision, with nothing to look up
    const { self, matrix, grants, rules, ratedLevel } = parts
    const index = new PeerIndex()
    this.#view = { self, index, subjects: new Subjects(self, index), matrix, grants, rules, ratedLevel }
    this.#known = new KnownNodes(this.#view)
  }

  explain(subject: ExplainedSubject, trustFunction: string): TrustDecision {
    return decide(this.#view, subject, trustFunction, this.#clock.now())
  }

  levelOf(peer: PeerId): TrustLevel {
    return levelOf(this.#view, peer, this.#clock.now())
  }

  /** The same list again while nothing has changed. @param rated - peers that nobody but ratings name */
  nodes(trustFunction: string, rated: readonly TrustedNode[]): readonly TrustedNode[] {
    const now = this.#clock.now()
    const known = this.#known.allowed(trustFunction, now)
    const more = rated.filter(
      ({ id }) => this.#view.index.get(id) === undefined && decide(this.#view, { peer: id }, trustFunction, now).allow
    )
    return more.length === 0 ? known : [...known, ...more]
  }

  report(subject: TrustSubject, trustFunction?: string): TrustReport {
    const functions = trustFunction === undefined ? allFunctions(this.#view) : [trustFunction]
    return reportOn(this.#view, subject, functions, this.#clock.now())
  }

  grant(trustFunction: string, grantees: TrustGrantees): () => void {
    const revoke = this.#view.grants.grant(trustFunction, grantees)
    this.#known.forget(trustFunction)
    return () => {
      revoke()
      this.#known.forget(trustFunction)
    }
  }

  ratingsChanged(): void {
    this.#known.ratingsChanged()
  }

  /** Takes an entry and whom it names in the place of what was known of it. */
  learn(voice: Voice, nodes: readonly NamedNode[]): void {
    const before = this.#view.index.of(voice.id)
    this.#view.index.set(voice, nodes)
    if (before !== undefined && before.nodes === nodes && this.#saysTheSame(before.voice, voice)) return
    this.#known.touch(before?.nodes ?? [])
    this.#known.touch(nodes)
  }

  forget(id: string): void {
    this.#known.touch(this.#view.index.nodesOf(id))
    this.#view.index.delete(id)
  }

  /** But for when it ends. */
  #saysTheSame(one: Voice, two: Voice): boolean {
    const now = this.#clock.now()
    const same = one.label === two.label && one.level === two.level && isLive(one, now) === isLive(two, now)
    return same && one.functions === undefined && two.functions === undefined
  }
}
