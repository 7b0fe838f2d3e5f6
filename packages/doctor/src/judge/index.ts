import { checkName } from '../observation.ts'
import { addressesRule } from './addresses.ts'
import { browserRule } from './browser.ts'
import { natFilteringRule, natMappingRule } from './nat.ts'
import { networkRule, peerRule } from './peers.ts'
import { ipRule, udpRule } from './reach.ts'
import { clockRule, openFilesRule, versionsRule } from './system.ts'
import type { Diagnosis, Finding } from '../contract.ts'
import type { Observation } from '../observation.ts'
import type { Opinion, Rule, Situation } from './situation.ts'

/**
 * What was measured, weighed as the operator of such a node would: an edge
 * behind a NAT with a reservation is healthy, a relay that nobody can dial is
 * broken. Pure; the verdict is that of the worst finding.
 */
export function judge(situation: Situation): Pick<Diagnosis, 'verdict' | 'findings'> {
  const findings = situation.observations.map(observation => findingOf(observation, situation))
  return { verdict: worst(findings), findings }
}

function findingOf(observation: Observation, situation: Situation): Finding {
  return { check: checkName(observation), ...opinionOn(observation, situation), detail: observation }
}

/** One rule for each kind; the type holds it complete. */
const RULES: { [K in Observation['kind']]: Rule<K> } = {
  versions: versionsRule,
  'open-files': openFilesRule,
  clock: clockRule,
  'nat-mapping': natMappingRule,
  'nat-filtering': natFilteringRule,
  ip: ipRule,
  udp: udpRule,
  addresses: addressesRule,
  network: networkRule,
  peer: peerRule,
  browser: browserRule,
  failed: ({ check, reason }) => ({ health: 'unknown', summary: `${check} could not be found out: ${reason}` })
}

function opinionOn<K extends Observation['kind']>(
  observation: Extract<Observation, { kind: K }>,
  situation: Situation
): Opinion {
  const rule: Rule<K> = RULES[observation.kind]
  return rule(observation, situation)
}

function worst(findings: readonly Finding[]): Diagnosis['verdict'] {
  if (findings.some(({ health }) => health === 'broken')) return 'broken'
  return findings.some(({ health }) => health === 'degraded') ? 'degraded' : 'healthy'
}
