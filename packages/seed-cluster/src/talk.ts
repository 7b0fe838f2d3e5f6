import type { Duplicates } from './duplicates.ts'
import type { Hearing } from './hearing.ts'
import type { MeshParts } from './mesh-parts.ts'
import type { ToldRecords } from './told-records.ts'

/** What a conversation with a member needs, and where what is said goes. */
export interface Talk {
  readonly parts: MeshParts
  readonly hearing: Hearing
  readonly duplicates: Duplicates
  readonly records: ToldRecords
}
