package dev.bailiwick.server.idempotency;

/** The state of a key when a request brings it. */
sealed interface KeyState {

    /** The key is free: carry the request out. */
    record Claimed(KeyClaim claim) implements KeyState {}

    /** The request was carried out, with this answer. */
    record Answered(Answer answer) implements KeyState {}

    /** The same request is being carried out. */
    record InProgress() implements KeyState {}

    /** The request took effect, but the server carrying it out died before it stored the answer. */
    record AnswerLost() implements KeyState {}

    /** The request was carried out, but whoever repeats it may do less than whoever sent it. */
    record AnswerWithheld() implements KeyState {}

    /** The key belongs to another request. */
    record Reused() implements KeyState {}
}
