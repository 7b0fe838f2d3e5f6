import type * as Ipns from 'ipns'
import type * as Selector from 'ipns/selector'
import type * as Validator from 'ipns/validator'

/** What is used of the library. */
export type IpnsLibrary = typeof Ipns & typeof Selector & typeof Validator

let loading: Promise<IpnsLibrary> | undefined

/** Loads the library at its first use: a node is to be ready before it needs a record. */
export async function loadIpns(): Promise<IpnsLibrary> {
  loading ??= load()
  return await loading
}

async function load(): Promise<IpnsLibrary> {
  const [ipns, selector, validator] = await Promise.all([
    import('ipns'),
    import('ipns/selector'),
    import('ipns/validator')
  ])
  return { ...ipns, ...selector, ...validator }
}
