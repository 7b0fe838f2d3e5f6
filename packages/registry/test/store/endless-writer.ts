// A process that puts records until it is killed, and says the sequence of each when it is in.
import { systemClock } from '@waystone/kit'
import { checkSignatureInThreads, createVerify, kindSet, signRecord, SqlRegistryStore } from '../../src/index.ts'
import { LIMITS, meeting, newKey } from './records.ts'

const kinds = kindSet()
const store = new SqlRegistryStore({ path: process.argv[2] ?? '', kinds, limits: LIMITS })
const verify = createVerify({ kinds, clock: systemClock, check: checkSignatureInThreads })
const key = await newKey()
store.open()
for (let sequence = 1; ; sequence++) {
  const expiry = systemClock.now() + 600_000
  const fields = { kind: 'rendezvous', key: `k${sequence}`, sequence, expiry, payload: meeting() }
  store.put(await verify(await signRecord(key, fields)))
  process.stdout.write(`${sequence}\n`)
}
