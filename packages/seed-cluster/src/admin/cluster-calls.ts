import { Code } from '@connectrpc/connect'
import { nameOf, toError } from '@waystone/kit/error-fields'
import { rpcError } from '@waystone/rpc'
import { cluster } from '@waystone/wire/admin'
import { clusterMessage, memberMessage } from './cluster-messages.ts'
import { dialMessage, seedsMessage, sourceMessage } from './seed-messages.ts'
import type { LateService } from '@waystone/rpc'
import type { ClusterAdminParts } from './contract.ts'

/** The calls of `waystone.admin.v1.ClusterService`. */
export function clusterService(parts: ClusterAdminParts): LateService<typeof cluster.ClusterService> {
  return {
    service: cluster.ClusterService,
    implementation: {
      getCluster: () => clusterMessage(parts),
      async *checkMembers(_request, { signal }) {
        for await (const member of parts.cluster?.check({ signal }) ?? []) yield { member: memberMessage(member) }
      },
      listSeeds: request => {
        try {
          return seedsMessage(parts, request)
        } catch (error) {
          throw nameOf(error) === 'CursorInvalidError' ? rpcError(Code.InvalidArgument, toError(error)) : error
        }
      },
      async *checkSeeds(_request, { signal }) {
        for await (const checked of parts.seeds?.check({ signal }) ?? []) {
          yield 'source' in checked ? { source: sourceMessage(checked.source) } : { seed: dialMessage(checked.dialled) }
        }
      }
    }
  }
}
