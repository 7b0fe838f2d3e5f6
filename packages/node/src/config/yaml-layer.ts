import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Node, Pair, YAMLMap } from 'yaml'
import { ConfigSyntaxError } from './errors.ts'
import { Layer } from './layer.ts'
import type { PathStart } from './absolute-paths.ts'
import type { Origin } from './origin.ts'
import { configTree } from './tree.ts'
import type { Leaf, Section } from './tree.ts'
import type { YamlDocument } from './yaml-document.ts'

/** What a file says: its values, and the preset it builds on. */
export interface YamlLayer {
  layer: Layer
  extends?: string
}

export interface YamlLayerInit extends PathStart {
  kind: 'preset' | 'file'
}

/**
 * Turns a parsed file into a layer; unknown keys and wrong types become problems of the layer.
 *
 * @throws ConfigSyntaxError when the file is not a mapping
 */
export function readYamlLayer(yaml: YamlDocument, init: YamlLayerInit): YamlLayer {
  return new YamlReader(yaml, init).read()
}

class YamlReader {
  readonly #yaml: YamlDocument
  readonly #kind: Origin['kind']
  readonly #layer: Layer
  #extends: string | undefined

  constructor(yaml: YamlDocument, { kind, ...init }: YamlLayerInit) {
    this.#yaml = yaml
    this.#kind = kind
    this.#layer = new Layer(init)
  }

  read(): YamlLayer {
    const root = this.#resolve(this.#yaml.document.contents)
    if (isMap(root)) this.#readSection(root, configTree)
    else if (!isEmpty(root)) throw new ConfigSyntaxError(this.#yaml.name, 'must be a mapping of keys to values')
    return { layer: this.#layer, ...(this.#extends !== undefined && { extends: this.#extends }) }
  }

  #readSection(map: YAMLMap, section: Section): void {
    for (const pair of map.items) {
      if (this.#layer.isFull) return
      this.#readPair(pair, section)
    }
  }

  #readPair(pair: Pair, section: Section): void {
    const key = keyOf(pair)
    const value = this.#resolve(pair.value)
    const origin = this.#originOf(pair.key)
    const child = section.children.get(key)
    if (child?.kind === 'leaf') this.#readLeaf(child, value, origin)
    else if (child?.kind === 'section') this.#readChild(child, value, origin)
    else if (section === configTree && key === 'extends') this.#readExtends(value, origin)
    else this.#readUnknown(section.path === '' ? key : `${section.path}.${key}`, value, origin)
  }

  #readLeaf(leaf: Leaf, node: unknown, origin: Origin): void {
    const originAt = (path: readonly PropertyKey[]): Origin => this.#originAt(node, path, origin)
    this.#layer.set({ leaf, value: this.#valueOf(node), origin, originAt })
  }

  #readChild(section: Section, node: unknown, origin: Origin): void {
    if (isMap(node)) this.#readSection(node, section)
    else if (!isEmpty(node)) {
      const keys = [...section.children.keys()].join(', ')
      const problem = { path: section.path, value: this.#valueOf(node), origin }
      this.#layer.addProblem({ ...problem, message: `must have keys below it: ${keys}` })
    }
  }

  #readExtends(node: unknown, origin: Origin): void {
    const value = this.#valueOf(node)
    if (typeof value === 'string' && value !== '') this.#extends = value
    else this.#layer.addProblem({ path: 'extends', value, message: 'must be the name of a preset', origin })
  }

  #readUnknown(path: string, node: unknown, origin: Origin): void {
    this.#layer.addUnknown({ path, value: this.#valueOf(node), origin, keysBelow: isMap(node) })
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#yaml.document) : node
  }

  #valueOf(node: unknown): unknown {
    return isNode(node) ? node.toJS(this.#yaml.document) : node
  }

  /** Where something inside a value stands, or what is around it if it is not there. */
  #originAt(node: unknown, [step, ...rest]: readonly PropertyKey[], around: Origin): Origin {
    const parent = this.#resolve(node)
    if (isSeq(parent) && typeof step === 'number') {
      const item = parent.items[step]
      return this.#originAt(item, rest, this.#originOf(item))
    }
    const pair = isMap(parent) ? parent.items.find(candidate => keyOf(candidate) === step) : undefined
    return pair === undefined ? around : this.#originAt(pair.value, rest, this.#originOf(pair.key))
  }

  #originOf(node: unknown): Origin {
    const offset = isNode(node) ? (node as Node).range?.[0] : undefined
    const origin: Origin = { kind: this.#kind, name: this.#yaml.name }
    if (offset === undefined) return origin
    const { line, col } = this.#yaml.lines.linePos(offset)
    return { ...origin, line, column: col }
  }
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key)
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null)
}
