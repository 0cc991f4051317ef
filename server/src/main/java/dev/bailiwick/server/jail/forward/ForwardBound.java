package dev.bailiwick.server.jail.forward;

import dev.bailiwick.jail.JailId;
import dev.bailiwick.server.account.UserId;
import dev.bailiwick.server.bounds.Bound;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Few connections to ports for each user and each jail at a time, so that there is room for consoles. */
final class ForwardBound {

    private final Map<Object, Integer> open = new ConcurrentHashMap<>();

    /**
     * Takes the place of a connection.
     *
     * @return gives it back; does nothing the second time
     * @throws TooManyForwards if there is none
     */
    Runnable begin(UserId user, JailId jail) {
        take(user, Bound.FORWARDS_OF_A_USER);
        try {
            take(jail, Bound.FORWARDS_OF_A_JAIL);
        } catch (TooManyForwards e) {
            leave(user);
            throw e;
        }
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (left.compareAndSet(false, true)) {
                leave(user);
                leave(jail);
            }
        };
    }

    private void take(Object whose, Bound bound) {
        if (open.merge(whose, 1, Integer::sum) > bound.value()) {
            leave(whose);
            throw new TooManyForwards();
        }
    }

    private void leave(Object whose) {
        open.computeIfPresent(whose, (_, count) -> count == 1 ? null : count - 1);
    }
}
