import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDeadline, systemClock } from '@waystone/kit'
import { DEFAULT_RANDOM_SEED, READY_POLL_MS, READY_TIMEOUT_MS } from './constants.ts'
import { NotInTestnetError, TestnetDisposedError, TestnetNotReadyError, TestnetStopFailedError } from './errors.ts'
import { Member } from './member.ts'
import { missingOf } from './readiness.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { WaystoneNode } from '@waystone/node'
import type { Role } from '@waystone/node/config'
import type { Testnet, TestnetInit } from './contract.ts'
import type { Acquaintances } from './member.ts'
import type { PlannedNode } from './plan.ts'

/** The nodes of one network, from the first start to the last stop. */
export class LocalTestnet implements Testnet {
  readonly #init: TestnetInit
  readonly #folder: string
  readonly #members: Member[]
  readonly #ending = new AbortController()
  readonly #replacing = new Set<Promise<unknown>>()
  #ended: Promise<void> | undefined

  private constructor(init: TestnetInit, plan: PlannedNode[], folder: string) {
    const { randomSeed = DEFAULT_RANDOM_SEED } = init
    this.#init = init
    this.#folder = folder
    this.#members = plan.map((planned, index) => {
      const { name } = planned
      const dataDir = join(folder, name)
      // far enough apart that no two networks share an identity by neighbouring seeds
      return new Member({
        planned,
        testnet: init,
        dataDir,
        randomSeed: randomSeed * 65_537 + index
      })
    })
  }

  /** Makes the folder for received files; nothing runs yet. */
  static async create(init: TestnetInit, plan: PlannedNode[]): Promise<LocalTestnet> {
    return new LocalTestnet(init, plan, await mkdtemp(join(tmpdir(), 'waystone-testnet-')))
  }

  get nodes(): WaystoneNode[] {
    return this.#members.flatMap(({ node }) => node ?? [])
  }

  get seeds(): WaystoneNode[] {
    return this.#nodesOf('seed')
  }

  get relays(): WaystoneNode[] {
    return this.#nodesOf('relay')
  }

  get edges(): WaystoneNode[] {
    return this.#nodesOf('edge')
  }

  /** Seeds one after the other, since each is told of those before it; then all relays, then all edges. */
  async start(options: AbortOptions): Promise<void> {
    for (const seed of this.#membersOf('seed')) await seed.start(this.#acquaintancesOf(seed), options)
    await this.#startTogether(this.#membersOf('relay'), options)
    await this.#startTogether(this.#membersOf('edge'), options)
  }

  async ready({ signal }: AbortOptions = {}): Promise<void> {
    const { readyTimeoutMs: ms = READY_TIMEOUT_MS } = this.#init
    using deadline = createDeadline({ ms, what: 'the testnet to be ready', signal: this.#untilEnd(signal) })
    for (;;) {
      const missing = await missingOf(this.#members)
      if (deadline.signal.aborted) throw this.#reasonFor(deadline.signal.reason, missing)
      if (missing.length === 0) return
      // an end is noticed above
      await systemClock.sleep(READY_POLL_MS, { signal: deadline.signal }).catch(() => {})
    }
  }

  async replace(node: WaystoneNode, { signal }: AbortOptions = {}): Promise<WaystoneNode> {
    const whole = this.#untilEnd(signal)
    whole.throwIfAborted()
    const member = this.#members.find(one => one.node === node)
    if (member === undefined) throw new NotInTestnetError('the node is not, or no longer, one of this testnet')
    const work = node.stop().then(async () => await member.start(this.#acquaintancesOf(member), { signal: whole }))
    this.#replacing.add(work)
    try {
      return await work
    } finally {
      this.#replacing.delete(work)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.#end()
    await this.#ended
  }

  async #end(): Promise<void> {
    this.#ending.abort(new TestnetDisposedError('the testnet has been disposed of'))
    await Promise.allSettled(this.#replacing)
    const stopped = await Promise.allSettled(this.nodes.toReversed().map(async node => await node.stop()))
    const removed = await Promise.allSettled([rm(this.#folder, { recursive: true, force: true })])
    const failures = [...stopped, ...removed].flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
    if (failures.length === 0) return
    throw new TestnetStopFailedError('the testnet did not stop completely', { cause: new AggregateError(failures) })
  }

  // all have ended, well or not, before the failure of one is told: nothing starts behind a clean-up
  async #startTogether(members: Member[], options: AbortOptions): Promise<void> {
    const starts = members.map(async member => await member.start(this.#acquaintancesOf(member), options))
    await Promise.allSettled(starts)
    await Promise.all(starts)
  }

  #untilEnd(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#ending.signal : AbortSignal.any([this.#ending.signal, signal])
  }

  #reasonFor(reason: unknown, missing: string[]): unknown {
    if (!(reason instanceof Error) || reason.name !== 'DeadlineExceededError') return reason
    return new TestnetNotReadyError(`${reason.message}: ${missing.join('; ')}`, { cause: reason })
  }

  #acquaintancesOf(member: Member): Acquaintances {
    const others = (role: Role): string[] =>
      this.#membersOf(role).flatMap(other => (other === member ? [] : other.addresses))
    return { seeds: others('seed'), relays: others('relay') }
  }

  #membersOf(role: Role): Member[] {
    return this.#members.filter(({ planned }) => planned.role === role)
  }

  #nodesOf(role: Role): WaystoneNode[] {
    return this.#membersOf(role).flatMap(({ node }) => node ?? [])
  }
}
