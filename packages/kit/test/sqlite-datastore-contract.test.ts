import { registerHooks } from 'node:module'
import { SqliteDatastore } from '@waystone/kit/sqlite-datastore'
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest'

// the suite is written for mocha: its names are global, and `this` can set a timeout
type Body = (this: { timeout(): void }) => Promise<void> | void
const register: typeof it = it
const mocha = {
  describe,
  it: (name: string, body: Body) => register(name, () => body.call({ timeout: () => {} })),
  before: beforeAll,
  after: afterAll,
  beforeEach,
  afterEach
}
Object.assign(globalThis, mocha)

const aegirChai = new URL('aegir-chai.mjs', import.meta.url).href
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'aegir/chai' ? { url: aegirChai, shortCircuit: true } : next(specifier, context)
})

const { interfaceDatastoreTests } = await import('interface-datastore-tests')

describe('the SQLite datastore keeps the contract of interface-datastore', () => {
  interfaceDatastoreTests({
    async setup() {
      const datastore = new SqliteDatastore({ path: ':memory:' })
      await datastore.open()
      return datastore
    },
    teardown: datastore => datastore.close()
  })
})
