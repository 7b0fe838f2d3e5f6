import type { Desk, DeskCall } from '../server/desk.ts'

/** One request that is understood. */
export interface Route {
  trustFunction: string
  answer(desk: Desk, call: DeskCall): Promise<Response>
}
