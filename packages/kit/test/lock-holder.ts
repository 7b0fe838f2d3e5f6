// Run as a process of its own by the datastore's tests: stores what it is told, then stays until it is killed.
import { Key } from 'interface-datastore'
import { SqliteDatastore } from '@waystone/kit/sqlite-datastore'

const [path = '', count = '0'] = process.argv.slice(2)
const datastore = new SqliteDatastore({ path })
await datastore.open()
for (let index = 0; index < Number(count); index++) {
  await datastore.put(new Key(`/put/${index}`), Uint8Array.of(index % 256))
}
process.stdout.write('ready\n')
// keeps the process alive without a timer
process.stdin.resume()
