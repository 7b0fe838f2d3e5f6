import { serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { systemClock, systemRandom } from '@waystone/kit'
import { SERVICE_NAMES } from '@waystone/wire'
import { MAX_EXAMINATIONS } from './constants.ts'
import { DoctorBusyError } from './errors.ts'
import type { Startable } from '@libp2p/interface'
import type { LateService } from '@waystone/rpc'
import type { CheckContext } from './check.ts'
import type { Diagnosis, Doctor, DoctorComponents, DoctorInit, ExamineOptions } from './contract.ts'

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
    const operator = { admin: true, trustFunction: 'admin' }
    const probe = async (): Promise<LateService> => (await import('./probe-service.ts')).probeService(this.#parts())
    const doctor = async (): Promise<LateService> => (await import('./doctor-service.ts')).doctorService(this)
    this.#unserve.push(await rpc.serveLate(SERVICE_NAMES.probe, probe))
    this.#unserve.push(await rpc.serveLate(SERVICE_NAMES.doctorAdmin, doctor, operator))
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
      // loaded only when somebody asks: a node is to be ready within a second
      const { examineNode } = await import('./examination.ts')
      return await examineNode(this.#parts(), options)
    } finally {
      this.#running--
    }
  }

  #parts(): Omit<CheckContext, 'afterwards'> {
    const { clock = systemClock, random = systemRandom } = this.#init
    return { init: this.#init, components: this.#components, clock, random }
  }
}
