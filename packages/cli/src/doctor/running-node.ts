import { DoctorService } from '@waystone/wire/admin'
import { EndedByNodeError } from '../api/index.ts'
import type { Diagnosis } from '@waystone/wire/admin'
import type { NodeApi } from '../api/index.ts'
import type { Examination } from './progress.ts'

/**
 * Lets a running node examine itself.
 *
 * @throws EndedByNodeError, ConnectError, or the signal's reason
 */
export async function examineRunningNode(api: NodeApi, examination: Examination): Promise<Diagnosis> {
  try {
    return await listen(api, examination)
  } catch (error) {
    examination.signal.throwIfAborted()
    throw error
  }
}

async function listen(api: NodeApi, { signal, timeoutMs = 0, progress }: Examination): Promise<Diagnosis> {
  let diagnosis: Diagnosis | undefined
  // to its end: an answer that is left keeps its connection, and that the process
  for await (const { event } of api.client(DoctorService).diagnose({ timeoutMs }, { signal })) {
    if (event.case === 'finding') progress.found(event.value.summary)
    if (event.case === 'diagnosis') diagnosis = event.value
  }
  if (diagnosis === undefined) throw new EndedByNodeError('the examination')
  return diagnosis
}
