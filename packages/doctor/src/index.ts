/**
 * Finds out what keeps a node from being reached, and answers the probes of
 * other nodes that do the same.
 *
 * @example
 * ```ts
 * import { doctor } from '@waystone/doctor'
 * import { rpc } from '@waystone/rpc'
 *
 * const node = await createLibp2p({
 *   services: {
 *     identify: identify(),
 *     ping: ping(),
 *     rpc: rpc(),
 *     doctor: doctor({
 *       role: 'edge',
 *       network: 'dev',
 *       versions: { waystone: '0.1.0', libp2p: '3.3.11' },
 *       seeds: ['/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'],
 *       relays: [],
 *       stun: ['stun:192.0.2.1:3478'],
 *       isLocal: false,
 *       checkOpenFiles: () => ({ status: 'ok', message: 'unlimited' })
 *     })
 *   }
 * })
 * const { verdict, findings } = await node.services.doctor.examine()
 * ```
 *
 * @packageDocumentation
 */
import { NodeDoctor } from './doctor.ts'
import type { Doctor, DoctorComponents, DoctorInit } from './contract.ts'

export type {
  Diagnosis,
  Doctor,
  DoctorComponents,
  DoctorInit,
  DoctorPing,
  DoctorRole,
  ExamineOptions,
  Finding,
  Health
} from './contract.ts'
export { DoctorBusyError } from './errors.ts'
export type * from './observation.ts'

/** The service; see the example above. */
export function doctor(init: DoctorInit): (components: DoctorComponents) => Doctor {
  return components => new NodeDoctor(components, init)
}
