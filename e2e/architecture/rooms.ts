/**
 * The rooms of the house and which of them may import which.
 *
 * @packageDocumentation
 */

/** Rooms in order: a room may import only rooms of lower rank (ARCHITECTURE.md, "Imports run one way"). */
const ranks: Record<string, number> = {
  configs: 0,
  interface: 0,
  wire: 1,
  kit: 2,
  rpc: 3,
  bootstrap: 4,
  content: 4,
  delegate: 4,
  doctor: 4,
  'file-transfer': 4,
  plugin: 4,
  registry: 4,
  'relay-selection': 4,
  'seed-cluster': 4,
  'seed-discovery': 4,
  'trust-acl': 4,
  tunnel: 4,
  node: 5,
  'edge-node': 6,
  'relay-node': 6,
  'seed-node': 6,
  cli: 7,
  testkit: 7
}

/** Rooms that only tests may import. */
const testOnly = new Set(['testkit'])

export interface RoomImport {
  /** The importing room. */
  from: string
  /** The imported room. */
  to: string
  /** Path of the importing file, for the message. */
  file: string
}

/** Says what is wrong with one import, or nothing. */
export function checkImport({ from, to, file }: RoomImport): string | undefined {
  const [fromRank, toRank] = [ranks[from], ranks[to]]
  if (fromRank === undefined) return `${file}: room ${from} has no rank`
  if (toRank === undefined) return `${file}: imports the unknown room ${to}`
  if (testOnly.has(to)) return `${file}: only tests may import ${to}`
  if (toRank >= fromRank) return `${file}: ${from} must not import ${to}`
  return undefined
}

/** Finds a cycle in a graph of files, as the list of files on it, or nothing. */
export function findCycle(graph: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>()
  for (const start of graph.keys()) {
    const cycle = walk({ graph, done, trail: [] }, start)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

interface Walk {
  graph: Map<string, string[]>
  done: Set<string>
  trail: string[]
}

function walk(state: Walk, file: string): string[] | undefined {
  if (state.trail.includes(file)) return [...state.trail.slice(state.trail.indexOf(file)), file]
  if (state.done.has(file)) return undefined
  const trail = [...state.trail, file]
  for (const next of state.graph.get(file) ?? []) {
    const cycle = walk({ ...state, trail }, next)
    if (cycle !== undefined) return cycle
  }
  state.done.add(file)
  return undefined
}
