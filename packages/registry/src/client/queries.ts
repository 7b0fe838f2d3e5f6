import { Code } from '@connectrpc/connect'
import { messageOf, toError } from '@waystone/kit/error-fields'
import { ask } from './asked.ts'
import { checkFilter } from './check-filter.ts'
import { compareAnswers, newestByName, sentencesOf } from './compare.ts'
import { ASKED, CHECKED_NAMES, DEFAULT_PAGE, MAX_PAGE } from './constants.ts'
import { readPlace, writePlace } from './cursor.ts'
import { NoRegistryError, RegistriesFailedError, RegistryCursorError } from './errors.ts'
import { misdatedSentences } from './misdated.ts'
import { nameFilter } from './name-filter.ts'
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Filter } from '@waystone/wire/registry'
import type { RegistryAnswer, RegistryQueryOptions, VerifiedRecord } from '../contract.ts'
import type { Verify } from '../record/verify.ts'
import type { Answer, Question } from './asked.ts'
import type { Lack } from './compare.ts'
import type { LocalRegistry, AskedRegistry } from './contract.ts'
import type { KnownRegistry, Registries } from './registries.ts'

export interface QueriesInit {
  registries: Pick<Registries, 'pick' | 'get' | 'worked' | 'failed'>
  local: LocalRegistry | undefined
  call: (peer: PeerId) => Pick<AskedRegistry, 'query'>
  verify: Verify
  clock: Clock
  log: Logger
}

interface Answered extends Answer {
  registry: KnownRegistry
}

/** Asks several registries, compares what they say, and finds out who withholds something. */
export class Queries {
  readonly #init: QueriesInit

  constructor(init: QueriesInit) {
    this.#init = init
  }

  /** @throws FilterInvalidError, NoRegistryError, RegistriesFailedError, RegistryCursorError, ConnectError, and the reason of the signal */
  async query(kind: string, filter: Filter | undefined, options: RegistryQueryOptions): Promise<RegistryAnswer> {
    const { size = DEFAULT_PAGE, cursor = '', registries = ASKED, signal } = options
    checkFilter(filter)
    const place = readPlace(cursor)
    const question = { kind, filter, size: Math.min(Math.max(1, size), MAX_PAGE), cursor: place?.token ?? '' }
    const { local } = this.#init
    if (local !== undefined) return await this.#askLocally(local, question, { signal })
    const answers = await this.#answers(question, { count: Math.max(1, registries), first: place?.registry, signal })
    const lacks = await this.#lacks(answers, question, signal)
    return merged(answers, lacks, this.#init.clock.now())
  }

  async #askLocally(local: LocalRegistry, question: Question, { signal }: Signalled): Promise<RegistryAnswer> {
    const { records, cursor } = await ask(local.client, question, { ...this.#init, ...withSignal(signal) })
    return { records, nextCursor: writePlace({ registry: '', token: cursor }), asked: [], disagreements: [] }
  }

  /** The first of them is the one whose list it is; others stand in for those that fail. */
  async #answers(question: Question, { count, first, signal }: AskWhom): Promise<Answered[]> {
    const answered: Answered[] = []
    const tried = new Set<string>()
    const failures: unknown[] = []
    if (first !== undefined) answered.push(await this.#continue(first, question, signal, tried))
    while (answered.length < count) {
      const chosen = this.#init.registries.pick(count - answered.length, { unwanted: tried })
      if (chosen.length === 0) break
      for (const { id } of chosen) tried.add(id)
      // of a later page others cannot know where it begins: they are asked by name
      const asked =
        first === undefined ? chosen.map(async one => await this.#ask(one, question, signal)) : chosen.map(unasked)
      for (const result of await Promise.allSettled(asked)) {
        if (result.status === 'fulfilled') answered.push(result.value)
        else failures.push(result.reason)
      }
    }
    signal?.throwIfAborted()
    if (answered.length === 0) throw noAnswer(failures)
    return answered
  }

  async #continue(
    id: string,
    question: Question,
    signal: AbortSignal | undefined,
    tried: Set<string>
  ): Promise<Answered> {
    const registry = this.#init.registries.get(id)
    if (registry === undefined) {
      throw new RegistryCursorError('the registry whose list this is has left', {
        hint: 'ask for the first page again'
      })
    }
    tried.add(id)
    return await this.#ask(registry, question, signal)
  }

  async #ask(registry: KnownRegistry, question: Question, signal: AbortSignal | undefined): Promise<Answered> {
    const { call, registries, log } = this.#init
    try {
      const answer = await ask(call(registry.peer), question, { ...this.#init, ...withSignal(signal) })
      registries.worked(registry)
      return { ...answer, registry }
    } catch (error) {
      if (signal?.aborted !== true && !isOwnFault(error)) {
        registries.failed(registry, error)
        log('the registry of %p gave no answer: %s', registry.peer, messageOf(error))
      }
      throw error
    }
  }

  async #lacks(answers: Answered[], question: Question, signal: AbortSignal | undefined): Promise<Lack[]> {
    const lacks = compareAnswers(answers)
    return await Promise.all(
      answers.map(async (answer, index) => {
        const lack = lacks[index] ?? { missing: [], outdated: [] }
        return lack.missing.length === 0 ? lack : await this.#confirm(answer, lack, { question, signal })
      })
    )
  }

  /** What is not on one page may be on another: a registry is asked by name before it is said to lack something. */
  async #confirm(answer: Answered, { missing, outdated }: Lack, { question, signal }: Confirmed): Promise<Lack> {
    const sample = missing.slice(0, CHECKED_NAMES)
    const named = { kind: question.kind, filter: nameFilter(sample), size: CHECKED_NAMES, cursor: '' }
    const found = await this.#ask(answer.registry, named, signal).catch(() => undefined)
    // a failure says nothing about what it has
    if (found === undefined) return { missing: [], outdated }
    const [still = { missing: [], outdated: [] }] = compareAnswers([found, { records: sample }])
    return { missing: still.missing, outdated: [...outdated, ...still.outdated] }
  }
}

interface Signalled {
  signal: AbortSignal | undefined
}

interface AskWhom extends Signalled {
  count: number
  /** Id of the one that gave the page before. */
  first: string | undefined
}

interface Confirmed extends Signalled {
  question: Question
}

function withSignal(signal: AbortSignal | undefined): AbortOptions {
  return signal === undefined ? {} : { signal }
}

async function unasked(registry: KnownRegistry): Promise<Answered> {
  return { registry, records: [], cursor: '', misdated: 0 }
}

/** One page: that of the first registry, with what it should have had. */
function merged(answers: readonly Answered[], lacks: readonly Lack[], now: number): RegistryAnswer {
  const [first] = answers
  const records: VerifiedRecord[] = first?.records ?? []
  const lacking = lacks[0] ?? { missing: [], outdated: [] }
  const newest = newestByName([records, lacking.missing, lacking.outdated])
  return {
    records: [...newest.values()],
    nextCursor: first === undefined ? '' : writePlace({ registry: first.registry.id, token: first.cursor }),
    asked: answers.map(({ registry }) => registry.peer),
    disagreements: answers.flatMap(({ registry: { id }, misdated }, index) => [
      ...misdatedSentences(id, misdated),
      ...sentencesOf(id, lacks[index] ?? lacking, now)
    ])
  }
}

/** What every registry would say: the question is wrong. */
function isOwnFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === Code.InvalidArgument
}

export function noAnswer(failures: readonly unknown[]): Error {
  const last = failures.at(-1)
  if (last === undefined) {
    return new NoRegistryError('no connected peer keeps a registry', {
      hint: 'connect to a seed; one that did not answer, or lied, is left alone for a while'
    })
  }
  if (isOwnFault(last)) return toError(last)
  return new RegistriesFailedError('no registry gave an answer', { hint: 'see the cause', cause: last })
}
