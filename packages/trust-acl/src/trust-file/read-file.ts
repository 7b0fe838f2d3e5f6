import {
  TrustFileConflictError,
  TrustFileForeignRemoteError,
  TrustFilePubkeyError,
  TrustFileRemoteError,
  TrustFileTooLargeError
} from './errors.ts'
import { MAX_TRUST_FILE_NODES } from './constants.ts'
import { locate } from './locate.ts'
import { normalisePubkey } from './pubkey.ts'
import { readRemote } from './remote.ts'
import type { TrustFile, TrustFileNode } from '../contract.ts'
import type { RemoteFault } from './remote.ts'
import type { RawTrustFile, RawTrustFileNode } from './schema.ts'

type Path = readonly PropertyKey[]

/** What the fields of a file mean: keys and addresses are read, and compared with each other. */
export class FileReader {
  readonly #text: string
  /** The first of each peer. */
  readonly #known = new Map<string, TrustFileNode>()

  /** @param text - of the whole file, for the place of an error */
  constructor(text: string) {
    this.#text = text
  }

  /**
   * @throws TrustFilePubkeyError, TrustFileConflictError, TrustFileRemoteError, TrustFileForeignRemoteError,
   * TrustFileTooLargeError
   */
  read({ description, contact, entities }: RawTrustFile): TrustFile {
    this.#checkCount(entities)
    return {
      description,
      contact,
      entities: entities.map(({ entity, nodes }, index) => ({
        entity,
        nodes: nodes.map((node, at) => this.#node(node, ['entities', index, 'nodes', at]))
      }))
    }
  }

  #checkCount(entities: RawTrustFile['entities']): void {
    const count = entities.reduce((sum, { nodes }) => sum + nodes.length, 0)
    if (count <= MAX_TRUST_FILE_NODES) return
    const hint = 'publish two files, each under a name of its own'
    throw new TrustFileTooLargeError(`the file has ${count} nodes, more than ${MAX_TRUST_FILE_NODES}`, { hint })
  }

  #node(raw: RawTrustFileNode, path: Path): TrustFileNode {
    const peer = this.#peer(raw.pubkey, [...path, 'pubkey'])
    const remotes = raw.remotes.map((remote, at) => this.#remote(remote, peer, [...path, 'remotes', at]))
    const node = {
      label: raw.node,
      peer,
      contact: raw.contact,
      remotes: [...new Set(remotes)],
      remotesStrict: raw['remotes-strict']
    }
    this.#checkSame(node, path)
    return node
  }

  #peer(pubkey: string, path: Path): string {
    try {
      return normalisePubkey(pubkey)
    } catch (cause) {
      const hint = 'give the id of an Ed25519, secp256k1 or RSA key, such as 12D3KooW…, 16Uiu2…, Qm… or k51…'
      throw new TrustFilePubkeyError('is no peer id', { hint, place: locate(this.#text, path), cause })
    }
  }

  #remote(text: string, peer: string, path: Path): string {
    const remote = readRemote(text, peer)
    if (typeof remote !== 'string') throw this.#remoteError(remote, path)
    return remote
  }

  #remoteError({ kind, message }: RemoteFault, path: Path): TrustFileRemoteError | TrustFileForeignRemoteError {
    const place = locate(this.#text, path)
    const hint = 'give a multiaddr such as /dns4/seed.example.org/tcp/4001; the pubkey of the node may stand at its end'
    return kind === 'foreign'
      ? new TrustFileForeignRemoteError(message, { hint, place })
      : new TrustFileRemoteError(message, { hint, place })
  }

  /** Somebody may belong to several entities, but then the same must hold everywhere. */
  #checkSame(node: TrustFileNode, path: Path): void {
    const known = this.#known.get(node.peer)
    this.#known.set(node.peer, node)
    if (known === undefined || JSON.stringify(known) === JSON.stringify(node)) return
    const hint = 'list the node once, or with the same label, contact and remotes each time'
    const place = locate(this.#text, [...path, 'pubkey'])
    throw new TrustFileConflictError('stands in the file before, with other content', { hint, place })
  }
}
