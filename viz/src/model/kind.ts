// SPDX-License-Identifier: BSD-2-Clause
//
// What a stretch or a moment of a connection is, and how bad that is.

/** In the order of what covers what within one severity, the rarest last. */
export const enum Kind {
  None,
  /** The socket exists, and nothing of the below is true. */
  Idle,
  Closing,
  Serving,
  Connecting,
  Waiting,
  /** In the accept queue for longer than LONG_WAIT_NS, or until the end. */
  LongWait,
  /** Connecting with more than one SYN. */
  Retrying,
  Retransmit,
  FailedCall,
  Reset,
  /** The connection did not come about. */
  Failed,
  Drop,
}

export const LONG_WAIT_NS = 100e6;

export const enum Rank { Nothing, Ordinary, Warning, Error, Critical }

/** By Kind. */
export const KIND_RANKS = new Uint8Array(13);
KIND_RANKS.fill(Rank.Ordinary, Kind.Idle);
KIND_RANKS.fill(Rank.Warning, Kind.LongWait);
KIND_RANKS.fill(Rank.Error, Kind.FailedCall);
KIND_RANKS.fill(Rank.Critical, Kind.Failed);

export function rank(kind: Kind): Rank {
  return KIND_RANKS[kind];
}

/** Bits of an event: which way its data went, and what of it deserves a mark. */
export const enum Mark {
  ToServer = 1,
  ToClient = 2,
  Retransmit = 4,
  FailedCall = 8,
  Reset = 16,
  Drop = 32,
}

export const NOTABLE = Mark.Retransmit | Mark.FailedCall | Mark.Reset | Mark.Drop;

/** The worst kind that the notable bits of `marks` hold. */
export function markKind(marks: number): Kind {
  if (marks & Mark.Drop) return Kind.Drop;
  if (marks & Mark.Reset) return Kind.Reset;
  if (marks & Mark.FailedCall) return Kind.FailedCall;
  return marks & Mark.Retransmit ? Kind.Retransmit : Kind.None;
}
