package dev.bailiwick.server.idempotency;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Ties every transaction of a request to the request's claim: both commit, or neither. */
@Component
class EffectFence implements TransactionExecutionListener {

    private final ObjectProvider<IdempotencyKeys> keys;

    /** @param keys resolved late, as they need the transaction manager that this belongs to */
    EffectFence(ObjectProvider<IdempotencyKeys> keys) {
        this.keys = keys;
    }

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable failure) {
        if (failure == null
                && KeyClaim.CURRENT.isBound()
                && !transaction.isReadOnly()
                && TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new MarkBeforeCommit(KeyClaim.CURRENT.get()));
        }
    }

    /** Marks the claim first before the commit: events are numbered last, once all locks are held. */
    private final class MarkBeforeCommit implements TransactionSynchronization {
        private final KeyClaim claim;

        MarkBeforeCommit(KeyClaim claim) {
            this.claim = claim;
        }

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public void beforeCommit(boolean readOnly) {
            keys.getObject().markEffected(claim);
        }
    }
}
