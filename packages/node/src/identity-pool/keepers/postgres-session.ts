import { Socket } from 'node:net'
import { abortable } from '@waystone/kit'
import { codeOf, messageOf } from '@waystone/kit/error-fields'
import { LeaseKeeperRefusedError, LeaseKeeperUnreachableError } from '../errors.ts'
import type { Client } from 'pg'

/** Classes of SQLSTATE that asking again does not change: not let in, no such database, not allowed, not understood. */
const REFUSALS = ['28', '3D', '42']
/** Setting one that the server does not know, as `idle_session_timeout` before PostgreSQL 14. */
const UNKNOWN_SETTING = '42704'

export interface PostgresSessionInit {
  url: string
  /** The server ends a session that says nothing for as long, in milliseconds. */
  idleMs: number
  /** For one query, in milliseconds. */
  queryMs: number
}

/** One connection to PostgreSQL, made when it is needed and again after it broke. */
export class PostgresSession {
  readonly #init: PostgresSessionInit
  #open: { client: Client; socket: Socket } | undefined
  /** Counts connections: locks of a session go with it. */
  #number = 0

  constructor(init: PostgresSessionInit) {
    this.#init = init
  }

  /** Of the connection there is, or was last. */
  get number(): number {
    return this.#number
  }

  /**
   * @returns the rows
   * @throws LeaseKeeperUnreachableError, LeaseKeeperRefusedError, and the signal's reason
   */
  async query(
    text: string,
    values: readonly unknown[],
    { signal }: { signal: AbortSignal }
  ): Promise<Record<string, unknown>[]> {
    try {
      const client = this.#open?.client ?? (await this.#connect(signal))
      const { rows } = await abortable(client.query<Record<string, unknown>>(text, [...values]), signal)
      return rows
    } catch (error) {
      // whatever it was, nobody knows what the connection is good for now
      this.close()
      throw signal.aborted ? signal.reason : named(error)
    }
  }

  close(): void {
    const open = this.#open
    this.#open = undefined
    // the server takes the end of the connection for the end of the session
    open?.socket.destroy()
  }

  async #connect(signal: AbortSignal): Promise<Client> {
    const { default: pg } = await import('pg')
    const { url, idleMs, queryMs } = this.#init
    const socket = new Socket()
    const client = new pg.Client({
      connectionString: url,
      stream: () => socket,
      connectionTimeoutMillis: queryMs,
      query_timeout: queryMs,
      statement_timeout: queryMs,
      keepAlive: true,
      application_name: 'waystone'
    })
    this.#number++
    this.#open = { client, socket }
    client.on('error', () => this.#open?.client === client && this.close())
    await abortable(client.connect(), signal)
    await abortable(client.query(`SET idle_session_timeout = ${Math.ceil(idleMs)}`), signal)
    return client
  }
}

function named(error: unknown): Error {
  const code = codeOf(error)
  const what = [code, messageOf(error)].filter(Boolean).join(': ')
  if (code === UNKNOWN_SETTING)
    return new LeaseKeeperRefusedError(`PostgreSQL is too old to keep leases (${what})`, {
      hint: 'use PostgreSQL 14 or later'
    })
  if (code?.length === 5 && REFUSALS.some(start => code.startsWith(start)))
    return new LeaseKeeperRefusedError(`PostgreSQL does not keep leases for this node (${what})`, {
      hint: 'check user, password and database in the URL, and that the user may make a table, or has the rights on waystone_leases'
    })
  return new LeaseKeeperUnreachableError(`PostgreSQL does not answer (${what})`, {
    hint: 'check that the database runs and can be reached from this machine'
  })
}
