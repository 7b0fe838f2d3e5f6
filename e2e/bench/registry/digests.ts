import { poll } from '@waystone/kit/testing'
import { systemClock } from '@waystone/kit'
import { registry as registryApi } from '@waystone/wire/admin'
import type { Client } from '@connectrpc/connect'

export type RegistryAdmin = Client<typeof registryApi.RegistryAdminService>

/** Between two looks, in milliseconds: asking all the time would be what slows them down. */
const PAUSE_MS = 50

/** Milliseconds until these registries hold the same, and not what one of them held at `unlike`. */
export async function untilSame(admins: readonly RegistryAdmin[], ms: number, unlike = ''): Promise<number> {
  const begin = systemClock.monotonic()
  const look = async (): Promise<number | undefined> => {
    const digests = new Set(await Promise.all(admins.map(digestOf)))
    if (digests.size === 1 && !digests.has(unlike)) return systemClock.monotonic() - begin
    await systemClock.sleep(PAUSE_MS)
    return undefined
  }
  return await poll(look, { what: 'registries to be equal', ms })
}

export async function digestOf(admin: RegistryAdmin): Promise<string> {
  const { digest } = await admin.listKinds({})
  return Buffer.from(digest).toString('hex')
}
