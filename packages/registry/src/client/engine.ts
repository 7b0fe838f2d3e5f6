import { RegistryService } from '@waystone/wire/registry'
import { kindSet } from '../kinds/kinds.ts'
import { checkSignature } from '../record/signature.ts'
import { createVerify } from '../record/verify.ts'
import { ResumeTokens } from '../server/resume.ts'
import { REGISTRIES } from './constants.ts'
import { Enrollments } from './enrollments.ts'
import { listKinds } from './kind-list.ts'
import { localRegistry } from './local-registry.ts'
import { Queries } from './queries.ts'
import { Watching } from './watching.ts'
import type { AbortOptions, Logger, PeerId } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { RegistryKinds } from '../contract.ts'
import type { RegistryClient, RegistryComponents, RegistryInit } from './contract.ts'
import type { OwnRecord } from './own-record.ts'
import type { Registries } from './registries.ts'
import type { QueriesInit } from './queries.ts'
import type { WatchingInit, WatchQuestion } from './watching.ts'

export interface ClientEngineInit extends Pick<RegistryInit, 'local' | 'kinds' | 'verify' | 'registries'> {
  components: RegistryComponents
  known: Registries
  records: ReadonlySet<OwnRecord>
  clock: Clock
  random: Random
  log: Logger
}

type Parts = Omit<QueriesInit & WatchingInit, 'call'> & { call: (peer: PeerId) => RegistryClient }

/** What the service loads when it is needed: protobuf and Connect come with it. */
export class ClientEngine {
  readonly queries: Queries
  readonly enrollments: Enrollments
  readonly #parts: Parts

  static async load(init: ClientEngineInit): Promise<ClientEngine> {
    const { kinds, clock } = init
    const own = await init.local?.()
    const local = own && localRegistry({ store: own.store, tokens: new ResumeTokens(init.random) })
    const anywhere = createVerify({ kinds: kindSet(kinds), clock, check: checkSignature })
    const verify = own?.verify ?? (await init.verify?.()) ?? anywhere
    const { rpc } = init.components
    const call = (peer: PeerId): RegistryClient => rpc.client(RegistryService, peer)
    const parts = { registries: init.known, local, verify, call, clock, random: init.random, log: init.log }
    return new ClientEngine(parts, init)
  }

  private constructor(parts: Parts, init: ClientEngineInit) {
    const { peerId: self, privateKey } = init.components
    this.#parts = parts
    this.queries = new Queries(parts)
    const copies = init.registries ?? REGISTRIES
    this.enrollments = new Enrollments({ ...parts, self, privateKey, records: init.records, copies })
  }

  watch(question: WatchQuestion): Watching {
    return new Watching(this.#parts, question)
  }

  /** @throws NoRegistryError, RegistriesFailedError, ConnectError, and the reason of the signal */
  async kinds(options: AbortOptions): Promise<RegistryKinds> {
    const { local } = this.#parts
    if (local === undefined) return await listKinds(this.#parts, options)
    return { kinds: (await local.client.listKinds({}, options)).kinds, asked: [] }
  }
}
