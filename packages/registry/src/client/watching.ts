import { backoffDelay } from '@waystone/kit'
import { messageOf } from '@waystone/kit/error-fields'
import { checked, nameOfRecord } from './asked.ts'
import { MAX_TOKEN_CHARACTERS, MAX_WATCHED, WATCH_BACKOFF } from './constants.ts'
import { readPlace, writePlace } from './cursor.ts'
import { NoRegistryError, RegistryLiedError } from './errors.ts'
import { namedRecord } from './record-name.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { Filter, WatchResponse } from '@waystone/wire/registry'
import type { RecordName, RegistryChange } from '../contract.ts'
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

/** What whoever watches was told of a record. */
interface Known {
  name: RecordName
  sequence: number
}

/**
 * One watch. When its registry is lost it goes on at another one, which tells
 * everything from the beginning: only what is new, and what is gone, is passed on.
 */
export class Watching {
  readonly #init: WatchingInit
  readonly #question: WatchQuestion
  readonly #known = new Map<string, Known>()
  /** Names that came again since a new beginning; absent while there is nothing to compare with. */
  #again: Set<string> | undefined
  /** Whether all that was told is in {@link #known}: not if somebody went on from an earlier watch. */
  #complete: boolean
  #place: PlacedAt | undefined
  #failures = 0

  constructor(init: WatchingInit, question: WatchQuestion) {
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
    for await (const response of client.watch(request, { signal })) {
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
      this.#again = this.#known.size > 0 ? new Set() : undefined
      return
    }
    this.#known.clear()
    this.#complete = true
    yield { type: 'reset' }
  }

  /** @throws RegistryLiedError */
  async #take({ change, resume }: WatchResponse, id: string): Promise<RegistryChange[]> {
    if (resume.length > MAX_TOKEN_CHARACTERS) throw new RegistryLiedError('its place to go on from is too long')
    if (resume !== '') this.#place = { registry: id, token: resume }
    const place = writePlace({ registry: id, token: resume })
    switch (change.case) {
      case 'put': {
        const record = await checked(change.value, this.#question, this.#init.verify)
        return record === undefined ? [] : this.#put({ type: 'put', record, resume: place })
      }
      case 'gone':
        return this.#gone({ type: 'gone', name: namedRecord(change.value), resume: place })
      case 'current':
        return [...this.#missingNow(place), { type: 'current', resume: place }]
      case 'reset':
        return [...this.#beginAgain()]
      default:
        return []
    }
  }

  #put(change: RegistryChange & { type: 'put' }): RegistryChange[] {
    const { kind, id, key, sequence } = change.record
    const name = nameOfRecord(change.record)
    this.#again?.add(name)
    const isNews = (this.#known.get(name)?.sequence ?? -1) < sequence
    this.#known.set(name, { name: { kind, peer: id, key }, sequence })
    // beyond that nothing can be compared: the next registry begins with a reset
    if (this.#known.size > MAX_WATCHED) this.#complete = false
    return isNews ? [change] : []
  }

  #gone(change: RegistryChange & { type: 'gone' }): RegistryChange[] {
    const { kind, peer: id, key } = change.name
    const wasKnown = this.#known.delete(nameOfRecord({ kind, id, key }))
    return wasKnown || !this.#complete ? [change] : []
  }

  /** After a new beginning: what did not come again. */
  #missingNow(resume: string): RegistryChange[] {
    const again = this.#again
    this.#again = undefined
    if (again === undefined) return []
    return [...this.#known].flatMap(([key, { name }]) => {
      if (again.has(key)) return []
      this.#known.delete(key)
      return [{ type: 'gone' as const, name, resume }]
    })
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
