import { Health } from '@waystone/wire/admin'
import { terminalText } from '@waystone/kit/terminal-text'
import { EXIT_BROKEN, EXIT_CLEAN, EXIT_DEGRADED } from '@waystone/node/exit-codes'
import { fitToLocale, signsFor } from './signs.ts'
import type { Diagnosis, Finding } from '@waystone/wire/admin'
import type { Signs } from './signs.ts'

const NAMES: Record<number, string> = {
  [Health.HEALTHY]: 'healthy',
  [Health.DEGRADED]: 'degraded',
  [Health.BROKEN]: 'broken',
  [Health.UNKNOWN]: 'unknown'
}

/** By the start of a finding's name, in the order of the report; the rest stands under "Other". */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  ['This machine', ['versions', 'open-files', 'clock', 'system']],
  ['Network', ['network', 'seed:', 'relay:']],
  ['How others reach this node', ['addresses', 'nat', 'ip', 'udp']],
  ['Browsers', ['browser']],
  ['Other', ['']]
]

const PRIVACY = 'This report names peer ids and IP addresses. It holds no keys, tokens or passphrases.'

/** The report for people, to be pasted into an issue. */
export function textReport(diagnosis: Diagnosis, env: NodeJS.ProcessEnv): string[] {
  const { role, peerId, version, atMs } = diagnosis
  const about = `${role} ${peerId}, waystone ${version}, ${new Date(Number(atMs)).toISOString()}`
  const lines = [
    `${nameOfHealth(diagnosis.verdict)}: ${about}`,
    ...groups(diagnosis.findings, signsFor(env)),
    '',
    PRIVACY
  ]
  return lines.map(line => fitToLocale(terminalText(line), env))
}

function groups(findings: readonly Finding[], signs: Signs): string[] {
  const left = new Set(findings)
  return GROUPS.flatMap(([title, starts]) => {
    const members = [...left].filter(({ check }) => starts.some(start => check.startsWith(start)))
    for (const member of members) left.delete(member)
    return members.length === 0 ? [] : ['', title, ...members.flatMap(finding => findingLines(finding, signs))]
  })
}

function findingLines({ health, summary, hint }: Finding, signs: Signs): string[] {
  const line = `  ${signs[nameOfHealth(health)] ?? '?'} ${summary}`
  return hint === '' ? [line] : [line, `      ${signs.hint} ${hint}`]
}

/** The report for programs. */
export function jsonReport({ verdict, findings, peerId, role, version, atMs }: Diagnosis): object {
  return {
    verdict: nameOfHealth(verdict),
    role,
    peerId,
    version,
    at: new Date(Number(atMs)).toISOString(),
    findings: findings.map(({ check, health, summary, hint, detail }) => ({
      check,
      health: nameOfHealth(health),
      summary,
      ...(hint !== '' && { hint }),
      detail: parsed(detail)
    }))
  }
}

/** 0 healthy, and codes of their own for degraded and broken. */
export function exitCodeOf({ verdict }: Diagnosis): number {
  if (verdict === Health.HEALTHY) return EXIT_CLEAN
  return verdict === Health.DEGRADED ? EXIT_DEGRADED : EXIT_BROKEN
}

// a node of a later version may say something else
function nameOfHealth(health: number): string {
  return NAMES[health] ?? 'unknown'
}

function parsed(detail: string): unknown {
  try {
    return JSON.parse(detail)
  } catch {
    return detail
  }
}
