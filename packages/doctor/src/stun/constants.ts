/** In every message, and what addresses are hidden behind (RFC 8489, section 5). */
export const MAGIC_COOKIE = 0x2112a442
/** Bytes of the header before the attributes. */
export const HEADER_BYTES = 20
/** Bytes of a transaction id. */
export const TRANSACTION_ID_BYTES = 12

export const BINDING_REQUEST = 0x0001
export const BINDING_SUCCESS = 0x0101
export const BINDING_ERROR = 0x0111

export const ATTRIBUTE = {
  mappedAddress: 0x0001,
  changeRequest: 0x0003,
  errorCode: 0x0009,
  xorMappedAddress: 0x0020,
  fingerprint: 0x8028,
  otherAddress: 0x802c
} as const

/** Flags of CHANGE-REQUEST (RFC 5780, section 7.2). */
export const CHANGE_IP = 0x04
export const CHANGE_PORT = 0x02

/** What FINGERPRINT mixes into its CRC-32 (RFC 8489, section 14.7). */
export const FINGERPRINT_XOR = 0x5354554e

/** The longest datagram that is read: an answer fits the smallest MTU of IPv6, 1,280 bytes. */
export const MESSAGE_MAX_BYTES = 2_048
/** Attributes of one message: real answers have about six. */
export const MAX_ATTRIBUTES = 32

/** Wait before the first repeat, in milliseconds (RFC 8489, section 6.2.1). */
export const RTO_MS = 500
/**
 * Requests in one transaction. The RFC's seven take 39.5 s, and a check has
 * 10 s for up to two transactions after each other; four ask for 3.5 s.
 */
export const MAX_REQUESTS = 4
/** Wait after the last request, in multiples of the first wait. The RFC's 16 is too long here for the same reason. */
export const LAST_WAIT_FACTOR = 2
/** Transactions of one socket that wait at one time. */
export const MAX_TRANSACTIONS = 32
/** Where a STUN URL names no port (RFC 7064). */
export const STUN_PORT = 3_478
