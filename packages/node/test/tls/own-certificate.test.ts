import 'reflect-metadata'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { expect, it } from 'vitest'
import { ManualClock } from '@waystone/kit/testing'
import { CERTIFICATE_MS, OwnCertificate } from '../../src/libp2p/tls/own-certificate.ts'
import type { PrivateKey } from '@libp2p/interface'

const MINUTE_MS = 60_000

it('is made once for handshakes that begin together, and for later ones', async () => {
  const clock = new ManualClock()
  const own = new OwnCertificate(await generateKeyPair('Ed25519'), clock)
  const [first, second] = await Promise.all([own.context(), own.context()])
  expect(second).toBe(first)
  await clock.advance(CERTIFICATE_MS - 1)
  expect(await own.context()).toBe(first)
})

it('is a new one after a day', async () => {
  const clock = new ManualClock()
  const own = new OwnCertificate(await generateKeyPair('Ed25519'), clock)
  const first = await own.context()
  await clock.advance(CERTIFICATE_MS)
  expect(await own.context()).not.toBe(first)
})

it('is a new one when the clock has been set back: that of a clock ahead is not valid yet', async () => {
  let now = 1_700_000_000_000
  const clock = Object.assign(new ManualClock(), { now: () => now })
  const own = new OwnCertificate(await generateKeyPair('Ed25519'), clock)
  const first = await own.context()
  now -= MINUTE_MS
  expect(await own.context()).not.toBe(first)
})

it('is tried again after it could not be made', async () => {
  const privateKey = await generateKeyPair('Ed25519')
  let failures = 1
  const unsteady = new Proxy(privateKey, {
    get: (key, name) => {
      if (name === 'sign' && failures-- > 0) return () => Promise.reject(new Error('no key today'))
      const value: unknown = Reflect.get(key, name)
      return typeof value === 'function' ? value.bind(key) : value
    }
  }) as PrivateKey
  const own = new OwnCertificate(unsteady, new ManualClock())
  await expect(own.context()).rejects.toThrow('no key today')
  expect(await own.context()).toBeDefined()
})
