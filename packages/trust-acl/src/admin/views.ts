import { parsePeer } from '@waystone/kit'
import { LEVELS } from '../model/levels.ts'
import { writeOverrides } from './overrides.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { HandlerContext } from '@connectrpc/connect'
import type { trust } from '@waystone/wire/admin'
import type { AuditEvent } from '../contract.ts'
import type { ReportedEntry } from '../decide/report.ts'
import type { TrustAdminParts } from './contract.ts'

export function getLevels({ acl }: TrustAdminParts): MessageInitShape<typeof trust.GetLevelsResponseSchema> {
  const functions = acl.matrix.rows.map(row => ({ ...row, allowed: [...row.allowed] }))
  return { levels: [...LEVELS], functions }
}

/** @throws PeerNameInvalidError */
export function explain(
  { acl }: TrustAdminParts,
  request: trust.ExplainRequest
): MessageInitShape<typeof trust.ExplainResponseSchema> {
  const { peer, addresses } = parsePeer(request.peer)
  const report = acl.report({ peer, address: addresses[0] }, request.function === '' ? undefined : request.function)
  return {
    peer: report.peer,
    level: report.level,
    ratedLevel: report.ratedLevel ?? '',
    entries: report.entries.map(entryMessage),
    rules: report.rule === undefined ? [] : [report.rule.reason],
    answers: report.answers.map(({ function: name, allow, reason }) => ({ function: name, allow, reason }))
  }
}

/** What is kept, and then what comes, until the caller goes. */
export async function* audit(
  { audit: log }: TrustAdminParts,
  { follow, limit }: trust.AuditRequest,
  { signal }: Pick<HandlerContext, 'signal'>
): AsyncGenerator<MessageInitShape<typeof trust.AuditResponseSchema>> {
  // both in one turn: nothing comes between
  const coming = follow ? log.follow({ signal }) : undefined
  const past = log.events(limit === 0 ? undefined : limit)
  for (const event of past) yield { event: eventMessage(event) }
  for await (const { event, missed } of coming ?? []) yield { event: eventMessage(event), missed: BigInt(missed) }
}

function entryMessage(entry: ReportedEntry): MessageInitShape<typeof trust.ExplainEntrySchema> {
  const { label, node, level, trustedFunctions, ignored = '' } = entry
  return {
    label: node === '' ? label : `${label}: ${node}`,
    level,
    ignored,
    trustedFunctions: writeOverrides(trustedFunctions)
  }
}

function eventMessage(event: AuditEvent): MessageInitShape<typeof trust.AuditEventSchema> {
  const { at, kind, subject, function: name = '', reason, count } = event
  return { at: BigInt(at), kind, subject, function: name, reason, count: BigInt(count) }
}
