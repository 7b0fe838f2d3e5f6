/** A check may take this long, in milliseconds: as long as a handshake (design.md, "Limits and defaults"). */
export const CHECK_MS = 10_000
/** The longest that a caller may ask for, in milliseconds. */
export const MAX_CHECK_MS = 60_000
/** A check that does not end with its deadline is left alone this much later, in milliseconds. */
export const GRACE_MS = 1_000
/** Examinations that run at one time: each dials every seed. */
export const MAX_EXAMINATIONS = 4
/** STUN servers that are asked; two show a mapping, more are for when some are down. */
export const MAX_STUN_SERVERS = 4
/** Seeds and relays that are tried, and hosts that are dialled over TCP: more say nothing new. */
export const MAX_PEERS = 32
/** Peers whose clocks are asked for. */
export const MAX_CLOCK_PEERS = 8
/** Questions to one peer; the one with the shortest round trip counts, as in NTP. */
export const CLOCK_PROBES = 3
/** Addresses of this node that get a TLS handshake. */
export const MAX_TLS_ADDRESSES = 8
/** Addresses that a report lists, of each kind. */
export const MAX_LISTED = 32
/** Clock skew that tokens and records accept, in milliseconds (design.md, "Limits and defaults"). */
export const MAX_SKEW_MS = 60_000
/** From half the limit on, drift is worth a warning, in milliseconds. */
export const WARN_SKEW_MS = MAX_SKEW_MS / 2
/** Certificates are renewed a month before they end as a rule; later than this, renewing has failed. In days. */
export const WARN_CERTIFICATE_DAYS = 14
/** Characters of a remote's text that a report keeps. */
export const MAX_TEXT_LENGTH = 200
