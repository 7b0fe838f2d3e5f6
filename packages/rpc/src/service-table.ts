import { ServiceNameError, ServiceTakenError } from './errors.ts'
import type { ConnectRouter, Interceptor } from '@connectrpc/connect'
import type { LateService, ServeOptions } from './contract.ts'
import type { MountedService, ServedMethod } from './mounted-service.ts'

interface ServedService {
  load: () => Promise<MountedService>
  options: ServeOptions
}

/** What is served, by service and by path. Handlers, and Connect with them, are loaded at the first call. */
export class ServiceTable {
  readonly #interceptors: Interceptor[]
  readonly #services = new Map<string, ServedService>()
  #revision = 0

  constructor(interceptors: Interceptor[]) {
    this.#interceptors = interceptors
  }

  get names(): string[] {
    return [...this.#services.keys()]
  }

  get adminRevision(): number {
    return this.#revision
  }

  /** @throws what loading the service throws, and again at every call until it can be loaded */
  async find(path: string): Promise<ServedMethod | undefined> {
    const mounted = await this.#services.get(path.split('/')[1] ?? '')?.load()
    return mounted?.methods.get(path)
  }

  /**
   * The returned function removes it again, and only it: whoever serves the same service later is left alone.
   *
   * @throws ServiceTakenError
   */
  add(typeName: string, late: () => Promise<LateService>, options: ServeOptions): () => boolean {
    if (this.#services.has(typeName)) throw taken(typeName)
    const interceptors = [...this.#interceptors, ...(options.interceptors ?? [])]
    const load = async (): Promise<MountedService> => {
      const [{ mountService }, { service, implementation }] = await Promise.all([
        import('./mounted-service.ts'),
        late()
      ])
      if (service.typeName !== typeName) throw misnamed(typeName, service.typeName)
      return mountService(service, implementation, { ...options, interceptors })
    }
    const served = { load: once(load), options }
    this.#services.set(typeName, served)
    this.#revision++
    return () => this.#services.get(typeName) === served && this.#remove(typeName)
  }

  /** Loads what the operator may call; mounts it when it is called. */
  async adminRoutes(): Promise<(router: ConnectRouter) => void> {
    const admin = [...this.#services.values()].filter(({ options }) => options.admin === true)
    const mounted = await Promise.all(admin.map(({ load }) => load()))
    return router => {
      for (const { mount } of mounted) mount(router)
    }
  }

  #remove(typeName: string): boolean {
    this.#services.delete(typeName)
    this.#revision++
    return true
  }
}

/** What failed is tried again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return async () => {
    try {
      return await (result ??= work())
    } catch (error) {
      result = undefined
      throw error
    }
  }
}

function taken(typeName: string): ServiceTakenError {
  return new ServiceTakenError(`the RPC service ${typeName} is served already`, {
    hint: 'give one of the two another package or name in its .proto file'
  })
}

function misnamed(announced: string, actual: string): ServiceNameError {
  return new ServiceNameError(`the RPC service ${actual} was announced as ${announced}`, {
    hint: 'serve it under the name that its .proto file gives it'
  })
}
