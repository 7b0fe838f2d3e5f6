// The contract suite of interface-datastore imports its `expect` from aegir, a whole
// build system. This is all it takes from there.
import * as chai from 'chai'
import asPromised from 'chai-as-promised'

const CHECKS = {
  true: value => value === true,
  false: value => value === false,
  exist: value => value !== undefined && value !== null
}

// `to.be.true()`: there, the assertions that end a sentence are calls
chai.use(({ Assertion }) => {
  for (const [name, check] of Object.entries(CHECKS)) {
    delete Assertion.prototype[name]
    Assertion.addMethod(name, function assertCheck() {
      this.assert(check(this._obj), `expected #{this} to be ${name}`, `expected #{this} not to be ${name}`)
    })
  }
})
chai.use(asPromised)

export const expect = chai.expect
