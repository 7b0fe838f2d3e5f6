import { join, resolve } from 'node:path'
import type { z } from 'zod'
import { findNearest } from './nearest.ts'
import type { Origin } from './origin.ts'
import type { ConfigProblem } from './problem.ts'
import { configLeaves, sectionPaths } from './tree.ts'
import type { Leaf } from './tree.ts'

/** A file of nonsense is not worth more. */
const MAX_PROBLEMS = 100

const KINDS: Partial<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  string: 'a text'
}

/** A value and where it comes from. */
export interface Entry {
  value: unknown
  origin: Origin
}

/** A value as one layer has it. */
export interface LayerValue extends Entry {
  leaf: Leaf
  /** Origins of the items of a list, where they are known. */
  items?: Origin[]
}

export interface LayerInit {
  /** What relative paths start from. */
  folder: string
  /** What `~` stands for. */
  home: string
}

/** The values that one source sets, each checked by itself. */
export class Layer {
  readonly entries = new Map<string, Entry>()
  readonly problems: ConfigProblem[] = []
  readonly #init: LayerInit

  constructor(init: LayerInit) {
    this.#init = init
  }

  set({ leaf, value, origin, items }: LayerValue): void {
    this.entries.set(leaf.path, { value: leaf.isPath ? this.#absolute(value) : value, origin })
    for (const issue of leaf.schema.safeParse(value).error?.issues ?? []) {
      const [index] = issue.path
      const inItem = typeof index === 'number' && Array.isArray(value)
      this.addProblem({
        path: inItem ? `${leaf.path}.${index}` : leaf.path,
        value: inItem ? (value[index] as unknown) : value,
        message: messageOf(issue),
        origin: (inItem ? items?.[index] : undefined) ?? origin
      })
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

  #absolute(value: unknown): unknown {
    if (typeof value !== 'string' || value === '') return value
    if (value === '~' || value.startsWith('~/')) return join(this.#init.home, value.slice(1))
    return resolve(this.#init.folder, value)
  }
}

/** The schema's own messages as they are; those of the library in the words of a person. */
function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'too_small' && issue.origin === 'array') return 'must not be empty'
  if (issue.code === 'too_small')
    return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid'))
    return `must be ${KINDS[issue.expected] ?? issue.expected}`
  return issue.message
}

/** Every key's value from the highest layer that sets it. */
export function mergeLayers(layers: Layer[]): Map<string, Entry> {
  return new Map(layers.flatMap(layer => [...layer.entries]))
}
