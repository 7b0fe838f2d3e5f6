/** What a trust file may hold. A file beyond any of these is refused as a whole. */

/** Bytes of a file; also the most that one block can carry. */
export const MAX_TRUST_FILE_BYTES = 1_048_576
/** Nodes of all entities together. */
export const MAX_TRUST_FILE_NODES = 10_000
/** Objects and lists inside each other; the document's own fields need six. */
export const MAX_NESTING = 8
/** Persons, projects and the like; some dozen are usual. */
export const MAX_ENTITIES = 1_000
/** Characters of a description: a page of text. */
export const MAX_DESCRIPTION_LENGTH = 4_096
/** Characters of a name that is shown in one line. */
export const MAX_LABEL_LENGTH = 128
/** Characters of a URI or a multiaddr; with certificate hashes and a relay some hundred are usual. */
export const MAX_ADDRESS_LENGTH = 512
/** Characters of a peer id in its longest usual form, with room. */
export const MAX_PUBKEY_LENGTH = 128
/** Ways to reach the people behind a file or a node. */
export const MAX_CONTACTS = 32
/** Addresses of one node: every transport over IPv4, IPv6 and DNS, and some relays. */
export const MAX_REMOTES = 64
