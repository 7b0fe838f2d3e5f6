import { WaystoneError } from '@waystone/interface'
import { DoctorService } from '@waystone/wire/admin'
import { callFailure } from '../api/index.ts'
import type { Diagnosis } from '@waystone/wire/admin'
import type { NodeApi } from '../api/index.ts'
import type { Examination } from './progress.ts'

/** A node ended its examination without saying what came of it. */
export class NoDiagnosisError extends WaystoneError {
  static override readonly name = 'NoDiagnosisError'
}

/**
 * Lets a running node examine itself.
 *
 * @throws NoDiagnosisError, and the node's own errors
 */
export async function examineRunningNode(api: NodeApi, examination: Examination): Promise<Diagnosis> {
  const { signal } = examination
  try {
    return await listen(api, examination)
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof NoDiagnosisError ? error : callFailure(error)
  }
}

async function listen(api: NodeApi, { signal, timeoutMs = 0, progress }: Examination): Promise<Diagnosis> {
  for await (const { event } of api.client(DoctorService).diagnose({ timeoutMs }, { signal })) {
    if (event.case === 'finding') progress.found(event.value.summary)
    if (event.case === 'diagnosis') return event.value
  }
  throw new NoDiagnosisError('the node ended the examination early', { hint: 'it may have been stopped; see its log' })
}
