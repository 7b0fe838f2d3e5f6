import { content } from '@waystone/wire/admin'
import { addFile } from './add-file.ts'
import { fetchFile } from './fetch-file.ts'
import type { LateService } from '@waystone/rpc'
import type { ContentAdminParts } from './contract.ts'

/** The calls of `waystone.admin.v1.ContentService`. */
export function contentService(parts: ContentAdminParts): LateService<typeof content.ContentService> {
  return {
    service: content.ContentService,
    implementation: {
      fetchFile: (request, { signal }) => fetchFile(parts, request, { signal }),
      addFile: async (requests, { signal }) => await addFile(parts, requests, { signal })
    }
  }
}
