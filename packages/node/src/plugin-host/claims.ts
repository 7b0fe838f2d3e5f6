/** Who has what of the things that only one can have, such as a protocol. */
export class Claims {
  readonly #owners = new Map<string, string>()

  /** The plugin that has it, if one does. */
  ownerOf(what: string): string | undefined {
    return this.#owners.get(what)
  }

  /** Takes it until the returned function is called. */
  take(what: string, owner: string): () => void {
    this.#owners.set(what, owner)
    return () => {
      if (this.#owners.get(what) === owner) this.#owners.delete(what)
    }
  }
}
