import type { SeedResolver, SrvAnswer } from '@waystone/seed-discovery'

export interface Zone {
  txt?: Record<string, string[]>
  srv?: Record<string, SrvAnswer[]>
  ip4?: Record<string, string[]>
  ip6?: Record<string, string[]>
  /** Of all addresses, in seconds. */
  ttl?: number
}

/** A name server that says what a test tells it, and remembers what it was asked. */
export class FakeResolver implements SeedResolver {
  readonly asked: string[] = []
  zone: Zone

  constructor(zone: Zone) {
    this.zone = zone
  }

  async resolveTxt(name: string): Promise<string[][]> {
    return this.#answer(name, this.zone.txt).map(text => [text])
  }

  async resolveSrv(name: string): Promise<SrvAnswer[]> {
    return this.#answer(name, this.zone.srv)
  }

  async resolve4(name: string): Promise<{ address: string; ttl: number }[]> {
    return this.#answer(name, this.zone.ip4).map(address => ({ address, ttl: this.zone.ttl ?? 60 }))
  }

  async resolve6(name: string): Promise<{ address: string; ttl: number }[]> {
    return this.#answer(name, this.zone.ip6).map(address => ({ address, ttl: this.zone.ttl ?? 60 }))
  }

  cancel(): void {
    // nothing is under way
  }

  #answer<T>(name: string, records: Record<string, T[]> = {}): T[] {
    this.asked.push(name)
    const answers = records[name]
    if (answers === undefined) throw Object.assign(new Error(`query ENOTFOUND ${name}`), { code: 'ENOTFOUND' })
    return answers
  }
}
