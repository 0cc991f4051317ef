package dev.bailiwick.server.jail.file;

import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.bounds.Bound;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Few transfers for each user at a time, so that there is room for others, and for the live pages of the same user. */
final class TransferBound {

    private final Map<UserId, Integer> ofUsers = new ConcurrentHashMap<>();

    /** The place of a transfer, until it is closed. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** @throws TooManyTransfers if the user has the maximum number of them */
    Place begin(UserId user) {
        if (ofUsers.merge(user, 1, Integer::sum) > Bound.TRANSFERS_OF_A_USER.value()) {
            leave(user);
            throw new TooManyTransfers();
        }
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (left.compareAndSet(false, true)) {
                leave(user);
            }
        };
    }

    private void leave(UserId user) {
        ofUsers.computeIfPresent(user, (_, count) -> count == 1 ? null : count - 1);
    }
}
