package dev.bailiwick.server.idempotency;

/** What is known of a key when a request brings it. */
sealed interface Finding {

    /** Nothing stands in the way: carry the request out. */
    record Claimed(Claim claim) implements Finding {}

    /** It was carried out, and answered so. */
    record Answered(Answer answer) implements Finding {}

    /** The same request is being carried out just now. */
    record UnderWay() implements Finding {}

    /** It took effect, but whoever carried it out was gone before it was answered. */
    record AnswerLost() implements Finding {}

    /** The key stands for another request. */
    record OtherRequest() implements Finding {}
}
