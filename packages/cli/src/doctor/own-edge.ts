import { create } from '@bufbuild/protobuf'
import { diagnosisMessage } from '@waystone/doctor/messages'
import { nameOf } from '@waystone/kit/error-fields'
import { DiagnosisSchema } from '@waystone/wire/admin'
import { configSourcesFrom } from '../config-options.ts'
import { waitUntilJoined } from '../edge/joining.ts'
import { startShortLivedEdge } from '../edge/short-lived-edge.ts'
import type { Doctor } from '@waystone/doctor'
import type { WaystoneNode } from '@waystone/node'
import type { Diagnosis } from '@waystone/wire/admin'
import type { ConfigOptions } from '../config-options.ts'
import type { Examination } from './progress.ts'

/** A new edge is given this long to connect and to get its reservations, in milliseconds; why it did not is in the report. */
const JOIN_MS = 5_000

/** Examines an edge that runs for that alone, with the configuration given. */
export async function examineOwnEdge(options: ConfigOptions, examination: Examination): Promise<Diagnosis> {
  const { progress, signal, timeoutMs } = examination
  const note = (text: string): void => progress.note(text)
  note('no node runs here, so this examines an edge that runs for this report alone')
  await using node = await startShortLivedEdge({ sources: configSourcesFrom(options), note, signal })
  await waitUntilJoined(node, { note: () => {}, signal, timeoutMs: JOIN_MS }).catch((error: unknown) => {
    if (nameOf(error) !== 'NotJoinedError') throw error
  })
  const diagnosis = await doctorOf(node).examine({
    signal,
    onFinding: ({ summary }) => progress.found(summary),
    ...(timeoutMs !== undefined && { timeoutMs })
  })
  return create(DiagnosisSchema, diagnosisMessage(diagnosis))
}

function doctorOf(node: WaystoneNode): Doctor {
  const { doctor } = node.libp2p.services
  if (!isDoctor(doctor)) throw new TypeError('the node does not run the base plugins')
  return doctor
}

function isDoctor(service: unknown): service is Doctor {
  return typeof service === 'object' && service !== null && 'examine' in service
}
