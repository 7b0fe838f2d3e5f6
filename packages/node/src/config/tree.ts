import { z } from 'zod'
import { PATH_FORMAT } from './fields.ts'
import { configSchema } from './schema.ts'

/** A key with a value. */
export interface Leaf {
  kind: 'leaf'
  /** Dotted: `relayService.maxReservations`. */
  path: string
  /** Environment variable that sets it: `WAYSTONE_RELAY_SERVICE_MAX_RESERVATIONS`. */
  variable: string
  schema: z.ZodType
  description: string
  /** Whether the value is a file or folder. */
  isPath: boolean
}

/** A key with further keys below it. */
export interface Section {
  kind: 'section'
  path: string
  children: Map<string, Leaf | Section>
}

function createSection(schema: z.ZodObject, path: string): Section {
  const children = new Map<string, Leaf | Section>()
  for (const [key, child] of Object.entries(schema.shape)) {
    children.set(key, createNode(child, path === '' ? key : `${path}.${key}`))
  }
  return { kind: 'section', path, children }
}

function createNode(schema: z.core.$ZodType, path: string): Leaf | Section {
  if (schema instanceof z.ZodObject) return createSection(schema, path)
  if (!(schema instanceof z.ZodType)) throw new TypeError(`${path} has no schema`)
  const isPath = unwrap(schema).meta()?.['format'] === PATH_FORMAT
  return { kind: 'leaf', path, variable: variableFor(path), schema, description: schema.description ?? '', isPath }
}

function variableFor(path: string): string {
  const words = path.replaceAll(/[A-Z]/g, letter => `_${letter}`).replaceAll('.', '_')
  return `WAYSTONE_${words.toUpperCase()}`
}

/** The schema of a value that may be left out, without the leaving out. */
export function unwrap(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodOptional)) return schema
  const inner = schema.unwrap()
  return inner instanceof z.ZodType ? unwrap(inner) : schema
}

function* walk(section: Section): Generator<Leaf | Section> {
  for (const node of section.children.values()) {
    yield node
    if (node.kind === 'section') yield* walk(node)
  }
}

/** The keys of a configuration, as a tree. */
export const configTree: Section = createSection(configSchema, '')
const nodes = [...walk(configTree)]
/** Every section's path, without the root's. */
export const sectionPaths: string[] = nodes.filter(node => node.kind === 'section').map(node => node.path)
/** Every key that has a value, by its dotted path and in the order of the schema. */
export const configLeaves: Map<string, Leaf> = new Map(
  nodes.filter(node => node.kind === 'leaf').map(leaf => [leaf.path, leaf])
)
