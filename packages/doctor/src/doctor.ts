import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { DoctorService } from '@waystone/wire/admin'
import { ProbeService } from '@waystone/wire/probe'
import { CHECK_MS, MAX_CHECK_MS, MAX_EXAMINATIONS } from './constants.ts'
import { doctorHandlers } from './doctor-service.ts'
import { DoctorBusyError } from './errors.ts'
import { judge } from './judge/index.ts'
import { probeHandlers } from './probe-service.ts'
import { runChecks } from './run-checks.ts'
import type { Startable } from '@libp2p/interface'
import type { CheckContext } from './check.ts'
import type { Diagnosis, Doctor, DoctorComponents, DoctorInit, ExamineOptions } from './contract.ts'
import type { Situation } from './judge/situation.ts'
import type { Observation } from './observation.ts'

/** Lifecycle and wiring; measuring is in `checks`, and what it means in `judge`. */
export class NodeDoctor implements Doctor, Startable {
  readonly [Symbol.toStringTag] = '@waystone/doctor'
  readonly [serviceCapabilities]: string[] = ['@waystone/doctor']
  readonly [serviceDependencies]: string[] = ['@waystone/rpc', '@libp2p/ping']
  readonly #components: DoctorComponents
  readonly #init: DoctorInit
  #unserve: (() => Promise<void>)[] | undefined
  #running = 0

  constructor(components: DoctorComponents, init: DoctorInit) {
    this.#components = components
    this.#init = init
  }

  async start(): Promise<void> {
    if (this.#unserve !== undefined) return
    const { rpc } = this.#components
    this.#unserve = []
    this.#unserve.push(await rpc.serve(ProbeService, probeHandlers(this.#parts())))
    this.#unserve.push(await rpc.serve(DoctorService, doctorHandlers(this), { admin: true, trustFunction: 'admin' }))
  }

  async stop(): Promise<void> {
    const unserve = this.#unserve ?? []
    this.#unserve = undefined
    for (const end of unserve) await end()
  }

  async examine(options: ExamineOptions = {}): Promise<Diagnosis> {
    if (this.#running >= MAX_EXAMINATIONS) throw new DoctorBusyError()
    this.#running++
    try {
      return await this.#examine(options)
    } finally {
      this.#running--
    }
  }

  async #examine(options: ExamineOptions): Promise<Diagnosis> {
    const undo: (() => Promise<void>)[] = []
    const context: CheckContext = { ...this.#parts(), afterwards: work => void undo.push(work) }
    try {
      const observations = await this.#run(context, options)
      const { role, versions } = this.#init
      const about = { peerId: this.#components.peerId.toString(), role, version: versions.waystone }
      return { ...judge(this.#situation(observations)), ...about, atMs: context.clock.now() }
    } finally {
      await Promise.allSettled(undo.map(async work => await work()))
    }
  }

  async #run(context: CheckContext, options: ExamineOptions): Promise<Observation[]> {
    const { timeoutMs = CHECK_MS, signal = new AbortController().signal } = options
    // loaded only when somebody asks: a node is to be ready within a second
    const { CHECKS } = await import('./checks/index.ts')
    const soFar: Observation[] = []
    const onObservations = (found: Observation[]): void => {
      soFar.push(...found)
      const { findings } = judge(this.#situation(soFar))
      for (const finding of findings) if (found.includes(finding.detail)) options.onFinding?.(finding)
    }
    return await runChecks(CHECKS, context, { timeoutMs: Math.min(timeoutMs, MAX_CHECK_MS), signal, onObservations })
  }

  #situation(observations: readonly Observation[]): Situation {
    const { role, isLocal } = this.#init
    return { role, isLocal, observations }
  }

  #parts(): Omit<CheckContext, 'afterwards'> {
    const { clock = systemClock, random = systemRandom } = this.#init
    return { init: this.#init, components: this.#components, clock, random }
  }
}
