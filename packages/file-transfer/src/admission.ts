import { SESSION_BYTES, TRANSFER_ID_BYTES } from '@waystone/wire/file-transfer'
import { safeFileName } from './file-name.ts'
import type { Refusal } from './refusal.ts'
import type { Offer } from '@waystone/wire/file-transfer'

export interface AdmissionState {
  allowed: boolean
  /** In bytes. */
  maxFileSize: number
  /** Inbound transfers now, this one not counted. */
  active: number
  activeOfPeer: number
  maxTransfers: number
  maxTransfersPerPeer: number
}

/** A checked offer: numbers are safe integers and the name is safe in the inbox. */
export interface AdmittedOffer {
  transferId: Uint8Array
  session: Uint8Array
  name: string
  size: number
}

/** Decides on an offer before the disk is touched. */
export function admit(offer: Offer, state: AdmissionState): { offer: AdmittedOffer } | { refusal: Refusal } {
  if (!state.allowed) return refuse('not-allowed', 'this peer takes no files from you')
  if (offer.transferId.length !== TRANSFER_ID_BYTES || offer.session.length !== SESSION_BYTES) {
    return refuse('bad-request', 'transfer id or session has the wrong length')
  }
  const name = safeFileName(offer.name)
  if (name === undefined) return refuse('bad-name', 'the name is not a plain file name')
  if (offer.size > BigInt(state.maxFileSize)) {
    return refuse('too-large', `${offer.size} bytes are more than the ${state.maxFileSize} that are taken`)
  }
  if (state.active >= state.maxTransfers) return refuse('busy', `${state.active} transfers are running`)
  if (state.activeOfPeer >= state.maxTransfersPerPeer) return refuse('busy', `${state.activeOfPeer} of them are yours`)
  return { offer: { transferId: offer.transferId, session: offer.session, name, size: Number(offer.size) } }
}

function refuse(reason: Refusal['reason'], detail: string): { refusal: Refusal } {
  return { refusal: { reason, detail } }
}
