import { trust } from '@waystone/wire/admin'
import { addEntry, getEntry, listEntries, listNodes, setEntry } from './entries.ts'
import { Turns } from '../database/turns.ts'
import { explained } from './failures.ts'
import { exportParts } from './export.ts'
import { importEntries } from './import.ts'
import { fetchEntries, publish } from './publish.ts'
import { audit, explain, getLevels } from './views.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { ServiceImpl } from '@connectrpc/connect'
import type { LateService } from '@waystone/rpc'
import type { TrustAdminParts } from './contract.ts'

/** `waystone.admin.v1.TrustService`. */
export function trustService(parts: TrustAdminParts): LateService<typeof trust.TrustService> {
  return { service: trust.TrustService, implementation: trustAdmin(parts) }
}

/** The calls of `waystone.admin.v1.TrustService`. Whoever may call them is asked for by who serves them. */
export function trustAdmin(parts: TrustAdminParts): ServiceImpl<typeof trust.TrustService> {
  const { acl } = parts
  const turns = new Turns()
  return {
    addEntry: async request => await explained(async () => ({ entry: await addEntry(parts, request) })),
    listEntries: async request => await explained(() => listEntries(parts, request)),
    getEntry: async ({ entry }) => await explained(() => getEntry(parts, entry)),
    listNodes: async request => await explained(() => listNodes(parts, request)),
    setEntry: async request => await explained(async () => await setAndEvict(parts, request)),
    removeEntry: async ({ entry }) => await explained(async () => await removeAndEvict(parts, entry)),
    fetchEntry: async ({ entry }, { signal }) =>
      await explained(async () => await fetchEntries(parts, entry, { signal })),
    publish: async (requests, { signal }) => await explained(async () => await publish(parts, requests, { signal })),
    getLevels: () => getLevels(parts),
    explain: async request => await explained(() => explain(parts, request)),
    audit: (request, context) => audit(parts, request, context),
    async *export() {
      for (const json of exportParts(acl.entries())) yield { json }
    },
    import: async (requests, { signal }) =>
      await explained(async () => await importEntries({ ...parts, turns }, requests, { signal }))
  }
}

type SetResponse = MessageInitShape<typeof trust.SetEntryResponseSchema>

/** What is no longer allowed has ended when the answer goes out, so that it can say how much that was. */
async function setAndEvict(parts: TrustAdminParts, request: trust.SetEntryRequest): Promise<SetResponse> {
  const entry = await setEntry(parts, request)
  const { connections, streams } = await parts.evict()
  return { entry, closedConnections: connections, closedStreams: streams }
}

async function removeAndEvict({ acl, evict }: TrustAdminParts, entry: string): Promise<object> {
  await acl.remove(entry)
  await evict()
  return {}
}
