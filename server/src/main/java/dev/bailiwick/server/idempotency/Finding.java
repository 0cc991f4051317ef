package dev.bailiwick.server.idempotency;

/** The state of a key when a request brings it. */
sealed interface Finding {

    /** The key is free: carry the request out. */
    record Claimed(Claim claim) implements Finding {}

    /** The request was carried out, with this answer. */
    record Answered(Answer answer) implements Finding {}

    /** The same request is being carried out. */
    record UnderWay() implements Finding {}

    /** The request took effect, but the server carrying it out died before it stored the answer. */
    record AnswerLost() implements Finding {}

    /** The key belongs to another request. */
    record OtherRequest() implements Finding {}
}
