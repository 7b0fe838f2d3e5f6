import { SrvTargetInvalidError } from '../errors.ts'
import { MAX_SRV_TARGETS } from './constants.ts'
import { readUsable } from './read-seed.ts'
import type { Random } from '@waystone/interface'
import type { SrvAnswer } from '../contract-sources.ts'
import type { DnsQuestions } from './dns-questions.ts'
import type { FoundSeed } from './source.ts'

/** What a seed speaks on a port that an SRV record names. */
const TRANSPORTS = { tcp: '/tcp/PORT', udp: '/udp/PORT/quic-v1' }

/** Seeds that `_waystone._tcp.NAME` or `_waystone._udp.NAME` names, in the order of RFC 2782. */
export async function resolveSrv(
  name: string,
  protocol: keyof typeof TRANSPORTS,
  questions: DnsQuestions
): Promise<FoundSeed[]> {
  const answers = await questions.srv(`_waystone._${protocol}.${name}`)
  const ordered = orderSrv(answers, questions.random).slice(0, MAX_SRV_TARGETS)
  const targets = ordered.filter(answer => isTarget(answer, questions.faults))
  const found = await Promise.all(targets.map(async target => seedsAt(target, protocol, questions)))
  return found.flat()
}

/**
 * Lowest priority first; among equals by chance, where weight is the share that comes first.
 * Those of weight 0 have a small chance, as the RFC puts it: they come first in the draw.
 */
export function orderSrv(answers: readonly SrvAnswer[], random: Random): SrvAnswer[] {
  const priorities = [...new Set(answers.map(({ priority }) => priority))].sort((a, b) => a - b)
  return priorities.flatMap(priority =>
    drawAll(
      answers.filter(answer => answer.priority === priority),
      random
    )
  )
}

function drawAll(answers: readonly SrvAnswer[], random: Random): SrvAnswer[] {
  const left = [...answers].sort((a, b) => a.weight - b.weight)
  return Array.from({ length: left.length }, () => draw(left, random)).flat()
}

function draw(left: SrvAnswer[], random: Random): SrvAnswer[] {
  const total = left.reduce((sum, { weight }) => sum + weight, 0)
  let rest = Math.floor(random.number() * (total + 1))
  const at = left.findIndex(({ weight }) => (rest -= weight) <= 0)
  return left.splice(Math.max(0, at), 1)
}

function isTarget({ name, port }: SrvAnswer, faults: Error[]): boolean {
  const isIp = /^[\d.]+$/.test(name) || name.includes(':')
  if (!isIp && name !== '' && name !== '.' && port > 0) return true
  const what = isIp ? `an IP (${name}), where a host name has to be` : 'nothing: the service is not offered there'
  faults.push(new SrvTargetInvalidError(`an SRV record points to ${what}`))
  return false
}

async function seedsAt(
  { name, port }: SrvAnswer,
  protocol: keyof typeof TRANSPORTS,
  questions: DnsQuestions
): Promise<FoundSeed[]> {
  const { ip4, ip6 } = await questions.addresses(name)
  const places = [...ip6.map(ip => `/ip6/${ip}`), ...ip4.map(ip => `/ip4/${ip}`)]
  const end = TRANSPORTS[protocol].replace('PORT', String(port))
  return places.flatMap(place => readUsable(`${place}${end}`, port, questions.faults))
}
