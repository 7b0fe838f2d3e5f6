import { ConnectionDeadError } from './errors.ts'
import { MAX_INSTANCES } from './constants.ts'
import { instanceKey } from './instance.ts'
import type { Connection } from '@libp2p/interface'
import type { SaidInstance } from './instance.ts'

interface Run {
  said: SaidInstance
  connection: Connection
}

/** Whether somebody is at the other end of this very connection. */
export type AliveCheck = (connection: Connection) => Promise<boolean>

/** Which runs said hello with one key, each over a connection of its own. */
export class Instances {
  readonly #byPeer = new Map<string, Run[]>()
  readonly #checking = new WeakMap<Connection, Promise<boolean>>()
  readonly #twice = new Set<string>()
  readonly #isAlive: AliveCheck

  constructor(isAlive: AliveCheck) {
    this.#isAlive = isAlive
  }

  /**
   * Notes who says hello over a connection.
   *
   * @returns another run with the same key whose connection answers now
   */
  async heard(peer: string, said: SaidInstance, connection: Connection): Promise<SaidInstance | undefined> {
    const key = instanceKey(said)
    const others = (this.#byPeer.get(peer) ?? []).filter(
      run => run.connection !== connection && run.connection.status === 'open'
    )
    const before = others.filter(run => instanceKey(run.said) !== key)
    const own = { said, connection }
    this.#byPeer.set(peer, [own, ...before].slice(0, MAX_INSTANCES))
    const alive = await this.#firstAlive(peer, before)
    // it may have ended right after it answered
    const isTwice = alive !== undefined && (this.#byPeer.get(peer)?.length ?? 0) > 1
    if (isTwice) this.#twice.add(peer)
    else this.#twice.delete(peer)
    return isTwice ? alive : undefined
  }

  /** Whether two ran with this key when one of them said hello last. */
  isTwice(peer: string): boolean {
    return this.#twice.has(peer)
  }

  /** A connection has ended. */
  closed(peer: string, connection: Connection): void {
    const left = (this.#byPeer.get(peer) ?? []).filter(run => run.connection !== connection)
    if (left.length > 0) this.#byPeer.set(peer, left)
    else this.#byPeer.delete(peer)
    if (left.length < 2) this.#twice.delete(peer)
  }

  clear(): void {
    this.#byPeer.clear()
    this.#twice.clear()
  }

  /** A node that was killed and started again leaves a connection behind that looks open for long. */
  async #firstAlive(peer: string, runs: readonly Run[]): Promise<SaidInstance | undefined> {
    for (const { said, connection } of runs) {
      if (await this.#check(connection)) return said
      this.closed(peer, connection)
      connection.abort(
        new ConnectionDeadError('a later run of the peer is here, and nobody answers on this connection')
      )
    }
    return undefined
  }

  /** One check of a connection at a time, however many Hellos wait for it. */
  async #check(connection: Connection): Promise<boolean> {
    const running = this.#checking.get(connection) ?? this.#isAlive(connection)
    this.#checking.set(connection, running)
    try {
      return await running
    } finally {
      this.#checking.delete(connection)
    }
  }
}
