import { makeAbsolute } from './absolute-paths.ts'
import type { PathStart } from './absolute-paths.ts'
import { findFaults } from './faults.ts'
import { findNearest } from './nearest.ts'
import type { Origin } from './origin.ts'
import type { ConfigProblem } from './problem.ts'
import { configLeaves, sectionPaths } from './tree.ts'
import type { Leaf } from './tree.ts'

/** A file of nonsense is not worth more. */
const MAX_PROBLEMS = 100

/** A value and where it comes from. */
export interface Entry {
  value: unknown
  origin: Origin
  /** Origin of what is inside the value, by keys and indexes; where that is known. */
  originAt?: (path: readonly PropertyKey[]) => Origin
}

/** A value as one layer has it. */
export interface LayerValue extends Entry {
  leaf: Leaf
}

/** The values that one source sets, each checked by itself. */
export class Layer {
  readonly entries = new Map<string, Entry>()
  readonly problems: ConfigProblem[] = []
  readonly #start: PathStart

  constructor(start: PathStart) {
    this.#start = start
  }

  set({ leaf, value, origin, originAt }: LayerValue): void {
    const { folder } = this.#start
    this.entries.set(leaf.path, {
      value: makeAbsolute(leaf.schema, value, this.#start),
      origin: origin.kind === 'constant' ? origin : { ...origin, folder },
      ...(originAt !== undefined && { originAt })
    })
    for (const { path, nearest, ...fault } of findFaults(leaf.schema, value)) {
      if (this.isFull) return
      const near = nearest === undefined ? {} : { nearest: dotted(leaf.path, [...path.slice(0, -1), nearest]) }
      this.addProblem({ path: dotted(leaf.path, path), ...fault, ...near, origin: originAt?.(path) ?? origin })
    }
  }

  /** @param keysBelow - whether the unknown key has a mapping as its value */
  addUnknown({ path, value, origin, keysBelow = false }: Entry & { path: string; keysBelow?: boolean }): void {
    const nearest = findNearest(path, keysBelow ? sectionPaths : [...configLeaves.keys(), ...sectionPaths])
    this.addProblem({ path, value, message: 'unknown key', nearest, origin })
  }

  addProblem(problem: ConfigProblem): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem)
  }

  get isFull(): boolean {
    return this.problems.length >= MAX_PROBLEMS
  }
}

function dotted(path: string, keys: readonly PropertyKey[]): string {
  return [path, ...keys.map(String)].join('.')
}

/** Every key's value from the highest layer that sets it. */
export function mergeLayers(layers: Layer[]): Map<string, Entry> {
  return new Map(layers.flatMap(layer => [...layer.entries]))
}
