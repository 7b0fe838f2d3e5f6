/**
 * A process for the tests: makes one key after the other in new folders and
 * prints each peer id when it is on disk.
 *
 * node key-writer.ts FOLDER COUNT
 */
import { join } from 'node:path'
import { systemRandom } from '@waystone/kit'
import { loadOrCreateIdentity } from '../../src/identity/index.ts'

const [folder = '', count = '0'] = process.argv.slice(2)
const cost = { N: 16, r: 1, p: 1 }
const passphrase = 'secret'

for (let index = 0; index < Number(count); index++) {
  const keyFile = join(folder, String(index), 'identity.key')
  const { peerId } = await loadOrCreateIdentity({ keyFile, passphrase, random: systemRandom, cost })
  process.stdout.write(`${peerId.toString()}\n`)
}
