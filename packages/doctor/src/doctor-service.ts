import { Code } from '@connectrpc/connect'
import { rpcError } from '@waystone/rpc'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { DoctorService } from '@waystone/wire/admin'
import { diagnosisMessage, findingMessage } from './messages.ts'
import type { HandlerContext } from '@connectrpc/connect'
import type { LateService } from '@waystone/rpc'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { DiagnoseRequest, DiagnoseResponseSchema } from '@waystone/wire/admin'
import type { Diagnosis, Doctor, Finding } from './contract.ts'

type Response = MessageInitShape<typeof DiagnoseResponseSchema>

/** Tells findings as they come, and the diagnosis at the end. */
export function doctorService(doctor: Doctor): LateService<typeof DoctorService> {
  const implementation: LateService<typeof DoctorService>['implementation'] = {
    diagnose: (request, context) => diagnose(doctor, request, context)
  }
  return { service: DoctorService, implementation }
}

async function* diagnose(
  doctor: Doctor,
  { timeoutMs }: DiagnoseRequest,
  { signal }: HandlerContext
): AsyncGenerator<Response> {
  const news = new News()
  const onFinding = (finding: Finding): void => news.add(finding)
  const examination = examine(doctor, { signal, onFinding, ...(timeoutMs > 0 && { timeoutMs }) })
  const end = (): void => news.end()
  examination.then(end, end)
  for await (const finding of news) yield { event: { case: 'finding', value: findingMessage(finding) } }
  yield { event: { case: 'diagnosis', value: diagnosisMessage(await examination) } }
}

/** Findings until the examination has ended; about twenty, so that none is held back. */
class News {
  readonly #waiting: Finding[] = []
  #ended = false
  #wake = Promise.withResolvers<void>()

  add(finding: Finding): void {
    this.#waiting.push(finding)
    this.#wake.resolve()
  }

  end(): void {
    this.#ended = true
    this.#wake.resolve()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Finding> {
    for (;;) {
      await this.#wake.promise
      this.#wake = Promise.withResolvers()
      yield* this.#waiting.splice(0)
      if (this.#ended && this.#waiting.length === 0) return
    }
  }
}

async function examine(doctor: Doctor, options: Parameters<Doctor['examine']>[0]): Promise<Diagnosis> {
  try {
    return await doctor.examine(options)
  } catch (error) {
    throw nameOf(error) === 'DoctorBusyError' ? rpcError(Code.ResourceExhausted, toError(error)) : error
  }
}
