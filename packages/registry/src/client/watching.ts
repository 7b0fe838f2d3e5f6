import { backoffDelay } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { checked } from './asked.ts'
import { checkFilter } from './check-filter.ts'
import { MAX_TOKEN_CHARACTERS, MAX_WATCHED, WATCH_BACKOFF } from './constants.ts'
import { readPlace, writePlace } from './cursor.ts'
import { NoRegistryError, RegistryLiedError } from './errors.ts'
import { namedRecord } from './record-name.ts'
import { ToldRecords } from './told-records.ts'
import { whileWaiting } from './while-waiting.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { Filter, WatchResponse } from '@waystone/wire/registry'
import type { RegistryChange } from '../contract.ts'
import type { Verify } from '../record/verify.ts'
import type { LocalRegistry, AskedRegistry } from './contract.ts'
import type { PlacedAt } from './cursor.ts'
import type { KnownRegistry, Registries } from './registries.ts'

export interface WatchingInit {
  registries: Pick<Registries, 'pick' | 'get' | 'worked' | 'failed'>
  local: LocalRegistry | undefined
  call: (peer: PeerId) => Pick<AskedRegistry, 'watch'>
  verify: Verify
  clock: Clock
  random: Random
  log: Logger
}

export interface WatchQuestion {
  kind: string
  filter: Filter | undefined
  resume: string
  signal: AbortSignal
}

/**
 * One watch. When its registry is lost it goes on at another one, which tells
 * everything from the beginning: only what is new, and what is gone, is passed
 * on. What the other one merely does not have is gone when it expires.
 */
export class Watching {
  readonly #init: WatchingInit
  readonly #question: WatchQuestion
  readonly #told = new ToldRecords()
  /** Whether all that was told is in {@link #told}: not if somebody went on from an earlier watch. */
  #complete: boolean
  #place: PlacedAt | undefined
  /** To go on from after what was told last. */
  #resume = ''
  #failures = 0

  /** @throws FilterInvalidError, RegistryCursorError */
  constructor(init: WatchingInit, question: WatchQuestion) {
    checkFilter(question.filter)
    this.#init = init
    this.#question = question
    this.#place = readPlace(question.resume)
    this.#complete = this.#place === undefined
  }

  /** @throws NoRegistryError while there never was one, and the reason of the signal */
  async *changes(): AsyncGenerator<RegistryChange> {
    const { signal } = this.#question
    for (;;) {
      signal.throwIfAborted()
      const source = this.#source()
      if (source === undefined) {
        await this.#wait(new NoRegistryError('no connected peer keeps a registry', { hint: 'connect to a seed' }))
        continue
      }
      try {
        yield* this.#follow(source)
        await this.#wait(undefined)
      } catch (error) {
        signal.throwIfAborted()
        if (source.registry === undefined) throw error
        this.#init.registries.failed(source.registry, error)
        await this.#wait(error)
      }
    }
  }

  /** The registry of the last change if it is there, or else another one, from its beginning. */
  #source(): Source | undefined {
    const { local, registries, call } = this.#init
    if (local !== undefined) return { id: '', client: local.client, registry: undefined }
    const before = this.#place === undefined ? undefined : registries.get(this.#place.registry)
    const [registry] = registries.pick(1, before === undefined ? {} : { kept: [before] })
    return registry && { id: registry.id, client: call(registry.peer), registry }
  }

  async *#follow({ id, client, registry }: Source): AsyncGenerator<RegistryChange> {
    const { kind, filter, signal } = this.#question
    const resume = this.#place?.registry === id ? this.#place.token : ''
    if (resume === '') yield* this.#beginAgain()
    const request = { kind, resume, ...(filter !== undefined && { filter }) }
    const call = (ending: AbortSignal): AsyncIterable<WatchResponse> => client.watch(request, { signal: ending })
    const waiting = { signal, clock: this.#init.clock, nextExpiry: () => this.#told.nextExpiry() }
    for await (const response of whileWaiting(call, waiting)) {
      if (response === 'expired') {
        yield* this.#expired()
        continue
      }
      const change = await this.#take(response, id)
      this.#failures = 0
      if (registry !== undefined) this.#init.registries.worked(registry)
      yield* change
    }
  }

  /** What was told before may be gone at another registry; if we do not know what was told, all is to be forgotten. */
  *#beginAgain(): Generator<RegistryChange> {
    this.#place = undefined
    if (this.#complete) {
      this.#told.beginAgain()
      return
    }
    this.#told.clear()
    this.#complete = true
    yield { type: 'reset' }
  }

  /** @throws RegistryLiedError */
  async #take({ change, resume }: WatchResponse, id: string): Promise<RegistryChange[]> {
    if (resume.length > MAX_TOKEN_CHARACTERS) throw new RegistryLiedError('its place to go on from is too long')
    if (resume !== '') this.#place = { registry: id, token: resume }
    this.#resume = writePlace({ registry: id, token: resume })
    switch (change.case) {
      case 'put': {
        const record = await checked(change.value, this.#question, this.#init.verify)
        return record === undefined ? [] : this.#put({ type: 'put', record, resume: this.#resume })
      }
      case 'gone':
        return this.#gone({ type: 'gone', name: namedRecord(change.value), resume: this.#resume })
      case 'current':
        this.#told.current()
        return [...this.#expired(), { type: 'current', resume: this.#resume }]
      case 'reset':
        return [...this.#beginAgain()]
      default:
        return []
    }
  }

  #put(change: RegistryChange & { type: 'put' }): RegistryChange[] {
    const isNews = this.#told.put(change.record)
    if (this.#told.size > MAX_WATCHED) this.#forget()
    return isNews ? [change] : []
  }

  /** Nothing can be compared any more: the next registry begins with a reset. */
  #forget(): void {
    this.#complete = false
    this.#told.clear()
  }

  #gone(change: RegistryChange & { type: 'gone' }): RegistryChange[] {
    const wasTold = this.#told.gone(change.name)
    return wasTold || !this.#complete ? [change] : []
  }

  #expired(): RegistryChange[] {
    const names = this.#told.takeExpired(this.#init.clock.now())
    return names.map(name => ({ type: 'gone', name, resume: this.#resume }))
  }

  async #wait(error: unknown): Promise<void> {
    const { clock, random, log } = this.#init
    if (error !== undefined) log('a watch of the registry goes on elsewhere: %s', messageOf(error))
    const delay = backoffDelay(this.#failures++, WATCH_BACKOFF, random.number())
    await clock.sleep(delay, { signal: this.#question.signal })
  }
}

interface Source {
  id: string
  client: Pick<AskedRegistry, 'watch'>
  /** Absent for the node's own. */
  registry: KnownRegistry | undefined
}
