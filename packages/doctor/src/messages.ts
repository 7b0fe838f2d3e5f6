import { Health } from '@waystone/wire/admin'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { DiagnosisSchema, FindingSchema } from '@waystone/wire/admin'
import type { Diagnosis, Finding, Health as HealthName } from './contract.ts'

const HEALTHS = {
  healthy: Health.HEALTHY,
  degraded: Health.DEGRADED,
  broken: Health.BROKEN,
  unknown: Health.UNKNOWN
} as const satisfies Record<HealthName, Health>

export function findingMessage(finding: Finding): MessageInitShape<typeof FindingSchema> {
  const { check, health, summary, hint = '', detail } = finding
  return { check, health: HEALTHS[health], summary, hint, detail: JSON.stringify(detail) }
}

export function diagnosisMessage(diagnosis: Diagnosis): MessageInitShape<typeof DiagnosisSchema> {
  const { verdict, findings, peerId, role, version, atMs } = diagnosis
  return {
    verdict: HEALTHS[verdict],
    findings: findings.map(findingMessage),
    peerId,
    role,
    version,
    atMs: BigInt(Math.round(atMs))
  }
}
