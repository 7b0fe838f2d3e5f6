import { messageOf, nameOf } from '@waystone/kit/error-fields'
import type { Clock } from '@waystone/interface'
import { entriesWithCluster } from '../../cluster/cluster-entry.ts'
import type { Config } from '../schema.ts'
import type { CheckResult } from './result.ts'

type Entry = Config['trust']['entries'][number]

const EXPIRED_HINT =
  'sign it again, as with `waystone cluster publish`, and copy both files here; a node that has never run has no other list to begin with'
const HINT =
  'copy both files again from where they were signed, as `waystone cluster publish` or `waystone trust publish` left them'

/** Whether the signed trust files that the config names can be used. */
export async function checkShipped(config: Config, clock: Pick<Clock, 'now'>): Promise<CheckResult[]> {
  const entries = entriesWithCluster(config).filter(({ file }) => file !== undefined)
  return await Promise.all(entries.map(async entry => await checkCopy(entry, clock)))
}

async function checkCopy(entry: Entry, clock: Pick<Clock, 'now'>): Promise<CheckResult> {
  const name = `trust file of ${entry.label}`
  const where = `${entry.file}, ${entry.record}`
  const [{ shippedCopies }, { readShippedCopy }] = await Promise.all([
    import('../../trust/shipped-copies.ts'),
    import('@waystone/trust-acl/offline')
  ])
  try {
    const [copy] = shippedCopies([entry])
    if (copy === undefined) return { name, status: 'fail', message: `${where}: half of it is not named`, hint: HINT }
    const { sequence } = await readShippedCopy(copy, clock.now())
    return { name, status: 'ok', message: `${entry.file}, sequence ${sequence}` }
  } catch (error) {
    const message = `${where}: ${messageOf(error)}`
    // a node that has run before may have a newer one
    if (nameOf(error) === 'IpnsRecordExpiredError') return { name, status: 'warn', message, hint: EXPIRED_HINT }
    return { name, status: 'fail', message, hint: HINT }
  }
}
